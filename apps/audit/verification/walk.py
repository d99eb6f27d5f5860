"""The walk along the sealed order: each leaf anew from its entry's columns, each root anew from the leaves."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise

from django.db import connection
from django.utils.translation import gettext as _

from ..models import Checkpoint, Entry, Leaf
from ..rules_pure.checkpoint import Checkpoint as Statement
from ..rules_pure.checkpoint import VerifierKey
from ..rules_pure.leaf import FIELDS, LEAF_PREFIX, exact_line_from_copy, leaf_hash, line_from_copy
from ..rules_pure.merkle import HASH_SIZE, Frontier
from .outside import Strangers, opened
from .report import Report

Progress = Callable[[int, int], None]
# By size: what was signed, by whom it is kept, and (inside) the stored edge of the tree.
Signed = dict[int, list[tuple[Statement, str, bytes | None]]]

WINDOW = 65_536
COLUMNS = ", ".join(FIELDS)


class Walk:
    """One pass over entries and leaves, window by window; stops at the first place that does not fit."""

    def __init__(
        self, report: Report, trusted: list[VerifierKey], strangers: Strangers, progress: Progress | None = None
    ) -> None:
        self.report = report
        self.trusted = trusted
        self.strangers = strangers
        self.progress = progress
        self.last_signed: Checkpoint | None = None
        self.compared = 0
        self.frontier = Frontier()
        self.kept: dict[tuple[int, int], bytes] = {}
        self.total = 0
        # Hashes of entries that were read but have no place yet, by entry number.
        self.unplaced: dict[int, bytes] = {}
        self.read_up_to = -1
        self.whole = True

    def run(self) -> None:
        """Walk from the first leaf to the last, or to the first wrong place."""
        last = Leaf.objects.order_by("-position").values_list("position", flat=True).first()
        self.total = 0 if last is None else last + 1
        self._signed_between(-1, 0)
        for start in range(0, self.total, WINDOW):
            self._window(start, min(start + WINDOW, self.total))
            if self.progress:
                self.progress(self.frontier.size, self.total)
            if not self.whole:
                break
        self.report.entries = self.frontier.size
        self.report.root = self.frontier.root().hex()

    def _window(self, start: int, end: int) -> None:
        places, numbers, stored = _leaves(start, end)
        if places != list(range(start, end)):
            gap = next((place for place, found in zip(range(start, end), places, strict=False) if place != found), end)
            gap = min(gap, start + len(places))
            self._wrong(gap, _("The place %(place)s is missing from the sealed order.") % {"place": gap})
            numbers, stored = numbers[: gap - start], stored[: gap - start]
        if not numbers:
            return
        self._read_entries(max(numbers))
        hashes = self._compare(start, numbers, stored)
        signed = self._signed_between(start, end)
        cuts = [size for size in sorted(signed) if size <= start + len(hashes)]
        for low, high in pairwise([start, *cuts, start + len(hashes)]):
            self._grow(hashes[low - start : high - start])
            if high in signed and not self._compare_roots(high, signed[high]):
                return
            self.compared = high if high in signed else self.compared

    def _read_entries(self, up_to: int) -> None:
        """Hash the entries that follow those read before, from their columns."""
        if up_to <= self.read_up_to:
            return
        copy = (
            f"COPY (SELECT id, {COLUMNS} FROM audit_entry WHERE id > {self.read_up_to} AND id <= {up_to} ORDER BY id) "
            "TO STDOUT"
        )
        found = self.unplaced
        connection.ensure_connection()
        with connection.connection.cursor() as cursor, cursor.copy(copy) as rows:
            for row in rows:
                number, _tab, columns = bytes(row)[:-1].partition(b"\t")
                found[int(number)] = sha256(LEAF_PREFIX + line_from_copy(columns)).digest()
        self.read_up_to = up_to

    def _compare(self, start: int, numbers: list[int], stored: list[bytes]) -> list[bytes]:
        """Return the hashes of the entries at these places, up to the first that is missing or changed."""
        hashes = [self.unplaced.pop(number, b"") for number in numbers]
        if hashes == stored:
            return hashes
        for place, (number, found, sealed) in enumerate(zip(numbers, hashes, stored, strict=True)):
            if found == sealed:
                continue
            exact = _exact_hash(number)
            if exact == sealed:
                hashes[place] = exact
                continue
            if exact is None:
                message = _("Entry %(entry)s, sealed at place %(place)s, is missing.")
            else:
                message = _("Entry %(entry)s at place %(place)s is not what was sealed.")
            self._wrong(start + place, message % {"entry": number, "place": start + place})
            return hashes[:place]
        return hashes

    def _grow(self, hashes: list[bytes]) -> None:
        for level, index, node in self.frontier.extend(hashes):
            self.kept[level, index] = node

    def _signed_between(self, start: int, end: int) -> Signed:
        """Return what was signed about sizes above start up to end; check the stored checkpoints themselves."""
        found: Signed = {}
        for stored in Checkpoint.objects.filter(size__gt=start, size__lte=end).order_by("size").iterator():
            statement = self._checked(stored)
            if statement is not None:
                found.setdefault(stored.size, []).append((statement, _("in the database"), bytes(stored.frontier)))
        for statement, name in self.strangers:
            if start < statement.size <= end:
                found.setdefault(statement.size, []).append((statement, name, None))
        return found

    def _checked(self, stored: Checkpoint) -> Statement | None:
        """Return what a stored checkpoint states: signed, equal to its columns, and not older than the one before."""
        self.report.checkpoints += 1
        place = _("checkpoint of size %(size)s") % {"size": stored.size}
        statement = opened(stored.note, self.trusted)
        previous, self.last_signed = self.last_signed, stored
        if statement is None:
            self.report.add(place, _("The checkpoint is not signed by a trusted key."), stored.size)
            return None
        columns = (stored.size, bytes(stored.root), stored.sealed_at)
        if (statement.size, statement.root, statement.sealed_at) != columns:
            self.report.add(place, _("The stored checkpoint differs from what was signed."), stored.size)
        if previous is not None and (stored.pk < previous.pk or stored.sealed_at < previous.sealed_at):
            self.report.add(place, _("The checkpoint is older than the one before it."), stored.size)
        return statement

    def _compare_roots(self, size: int, signed: list[tuple[Statement, str, bytes | None]]) -> bool:
        """Compare what was signed at this size with the tree; on a difference look for the place."""
        root = self.frontier.root()
        for statement, source, frontier in signed:
            if statement.root != root:
                lower = self.compared
                self._wrong(
                    _first_out_of_order(lower, size) or lower,
                    _("Places %(lower)s to %(upper)s do not have the root that was signed on %(time)s (%(source)s).")
                    % {"lower": lower, "upper": size - 1, "time": statement.sealed_at.isoformat(), "source": source},
                )
                return False
            if frontier is not None and frontier != self.frontier.to_bytes():
                self._wrong(size, _("The stored edge of the tree at size %(size)s is wrong.") % {"size": size})
                return False
        return True

    def _wrong(self, position: int, message: str) -> None:
        self.whole = False
        self.report.add(_("place %(place)s") % {"place": position}, message, position)


def _leaves(start: int, end: int) -> tuple[list[int], list[int], list[bytes]]:
    """Return places, entry numbers and hashes of the leaves of a window."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(position ORDER BY position), array_agg(entry_id ORDER BY position), "
            "string_agg(leaf_hash, ''::bytea ORDER BY position), bool_and(length(leaf_hash) = %s) "
            "FROM audit_leaf WHERE position >= %s AND position < %s",
            [HASH_SIZE, start, end],
        )
        places, numbers, joined, regular = cursor.fetchone()
    if not places:
        return [], [], []
    if not regular:
        return places, numbers, [bytes(leaf) for leaf in _each_hash(start, end)]
    whole = bytes(joined)
    return places, numbers, [whole[at : at + HASH_SIZE] for at in range(0, len(whole), HASH_SIZE)]


def _each_hash(start: int, end: int) -> list[bytes]:
    leaves = Leaf.objects.filter(position__gte=start, position__lt=end).order_by("position")
    return list(leaves.values_list("leaf_hash", flat=True))


def _exact_hash(number: int) -> bytes | None:
    """Hash one entry by the exact reading, or return None when it is gone."""
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT {COLUMNS} FROM audit_entry WHERE id = {int(number)}) TO STDOUT") as rows,
    ):
        lines = [bytes(row)[:-1] for row in rows]
    try:
        return leaf_hash(exact_line_from_copy(lines[0])) if lines else None
    except (ValueError, TypeError):
        return b""


def _first_out_of_order(start: int, end: int) -> int | None:
    """Return the first place whose entry belongs before the one at an earlier place of the same cluster."""
    leaves = Leaf.objects.filter(position__gte=start, position__lt=end).order_by("position")
    pairs = list(leaves.values_list("position", "entry_id"))
    order = {
        number: (cluster, xid)
        for number, cluster, xid in Entry.objects.filter(id__in=[number for _place, number in pairs]).values_list(
            "id", "cluster", "xid"
        )
    }
    last: dict[str, tuple[int, int]] = {}
    for place, number in pairs:
        cluster, xid = order.get(number, ("", 0))
        if last.get(cluster, (-1, -1)) > (xid, number):
            return place
        last[cluster] = (xid, number)
    return None
