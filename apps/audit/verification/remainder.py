"""What is left to check after the walk: the end, the kept subtrees, what is not sealed, personal texts."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from ..models import Checkpoint, Entry, SealedUpTo, SubtreeRoot
from .outside import Strangers
from .report import Report
from .walk import Walk

# The commitment that the entry holds for a personal text, by the text's field.
_COMMITTED = """
    CASE WHEN p.field = 'reason' THEN 'sha256:' || e.reason_commitment
         WHEN p.field LIKE '%%:before' THEN e.changes->left(p.field, -7)->>0
         ELSE e.changes->left(p.field, -6)->>1 END
"""


def check_truncation(report: Report, walk: Walk, strangers: Strangers) -> None:
    """Find that the ledger ends before what was signed, and places beyond the last checkpoint."""
    if not walk.whole:
        return
    longer = sorted((found for found in strangers if found[0].size > walk.total), key=lambda found: found[0].size)
    inside = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    if longer:
        statement, source = longer[0]
        report.add(
            _("place %(place)s") % {"place": walk.total},
            _("The ledger ends after %(total)s entries, but %(source)s has a checkpoint of %(size)s from %(time)s.")
            % {
                "total": walk.total,
                "source": source,
                "size": statement.size,
                "time": statement.sealed_at.isoformat(),
            },
            walk.total,
        )
    elif inside > walk.total:
        report.add(
            _("place %(place)s") % {"place": walk.total},
            _("The ledger ends after %(total)s entries, but its checkpoint says %(size)s.")
            % {"total": walk.total, "size": inside},
            walk.total,
        )
    elif inside < walk.total:
        report.add(
            _("place %(place)s") % {"place": inside},
            _("%(count)s entries have a place but no checkpoint.") % {"count": walk.total - inside},
            inside,
        )


def check_subtrees(report: Report, walk: Walk) -> None:
    """Compare the kept subtrees, from which proofs are made, with the tree."""
    if not walk.whole:
        return
    stored = {
        (level, index): bytes(node)
        for level, index, node in SubtreeRoot.objects.values_list("level", "index", "node_hash").iterator()
    }
    if stored != walk.kept:
        wrong = sorted(key for key in stored.keys() | walk.kept.keys() if stored.get(key) != walk.kept.get(key))
        level, index = wrong[0]
        report.add(
            _("subtree %(level)s/%(index)s") % {"level": level, "index": index},
            _("A kept subtree is not that of the leaves below it."),
            index << level,
        )


def check_unsealed(report: Report, walk: Walk) -> None:
    """Count what is not sealed yet, and find entries that were put in among sealed ones."""
    if not walk.whole:
        return
    sealed_up_to = _sealed_up_to()
    claimed = {cluster: (xid, number) for cluster, xid, number in SealedUpTo.objects.values_list()}
    if claimed != sealed_up_to:
        report.add(_("sealing"), _("How far entries are sealed is not what the sealed order says."))
    waiting = Entry.objects.filter(id__gt=walk.read_up_to) | Entry.objects.filter(id__in=list(walk.unplaced))
    oldest = None
    for number, cluster, xid, recorded_at in waiting.values_list("id", "cluster", "xid", "recorded_at").iterator():
        report.unsealed += 1
        oldest = recorded_at if oldest is None else min(oldest, recorded_at)
        if (xid, number) <= sealed_up_to.get(cluster, (-1, -1)):
            report.add(
                _("entry %(entry)s") % {"entry": number},
                _("Entry %(entry)s was put in among entries that were sealed before it.") % {"entry": number},
            )
            break
    report.oldest_unsealed = oldest.isoformat() if oldest else ""


def _sealed_up_to() -> dict[str, tuple[int, int]]:
    """Return the last sealed entry of each cluster in the order of sealing, from the leaves themselves."""
    found = {}
    clusters = set(SealedUpTo.objects.values_list("cluster", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.cluster FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.position DESC LIMIT 1"
        )
        clusters |= {row[0] for row in cursor.fetchall()}
        for cluster in clusters:
            cursor.execute(
                "SELECT e.xid, e.id FROM audit_entry e WHERE e.cluster = %s "
                "AND EXISTS (SELECT FROM audit_leaf l WHERE l.entry_id = e.id) ORDER BY e.xid DESC, e.id DESC LIMIT 1",
                [cluster],
            )
            row = cursor.fetchone()
            if row:
                found[cluster] = (row[0], row[1])
    return found


def check_personal_texts(report: Report) -> None:
    """Compare the personal texts that are still there with the commitments in their entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_personaltext")
        report.personal_texts = cursor.fetchone()[0]
        cursor.execute(
            f"SELECT p.entry_id, p.field FROM audit_personaltext p LEFT JOIN audit_entry e ON e.id = p.entry_id "
            "WHERE 'sha256:' || encode(sha256(convert_to(p.salt || p.text, 'UTF8')), 'hex') "
            f"IS DISTINCT FROM {_COMMITTED} ORDER BY p.entry_id LIMIT 1",
            [],
        )
        row = cursor.fetchone()
    if row:
        report.add(
            _("entry %(entry)s") % {"entry": row[0]},
            _("The personal text “%(field)s” of entry %(entry)s is not the one committed to.")
            % {"field": row[1], "entry": row[0]},
        )
