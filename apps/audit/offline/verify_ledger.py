#!/usr/bin/env python3
"""Check an exported Gatehouse ledger on any machine: plain Python 3.9 or later, no network, nothing to install.

    python3 verify_ledger.py BUNDLE [--key FILE] [--checkpoint FILE_OR_FOLDER ...] [--json]

BUNDLE is the exported zip or the folder it was unpacked into. Give the verifier key and checkpoints that YOU kept, or
that somebody you trust gave you: what lies inside the bundle was handed over by those who are being checked.
Exit code 0: everything fits. 1: something does not, and the first wrong place is printed. 2: the input cannot be read.

This file shares no code with the program that writes the ledger. The format is described in the bundle's README.
"""

import argparse
import base64
import hashlib
import io
import json
import pathlib
import sys
import zipfile

PREFIX = b"gatehouse-entry-v1\n"
# fmt: off
FIELDS = [
    "actor_id", "actor_kind", "changes", "cluster", "correlation_id", "database_user", "details", "event", "id", "kind",
    "occurred_at", "origin", "reason_commitment", "recorded_at", "request_key", "subject_id", "subject_type", "xid",
]
# fmt: on


class Wrong(Exception):
    """The first place that does not fit."""

    def __init__(self, place, message):
        super().__init__(message)
        self.place, self.message = place, message


class Unreadable(Exception):
    """The input is not what it should be read as."""


# --- Ed25519 (RFC 8032, 5.1.7), in plain arithmetic ------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    m = (a[1] - a[0]) * (b[1] - b[0]) % P
    n = (a[1] + a[0]) * (b[1] + b[0]) % P
    t = 2 * a[3] * b[3] * D % P
    z = 2 * a[2] * b[2] % P
    e, f, g, h = n - m, z - t, z + t, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_decode(raw):
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * SQRT_MINUS_ONE % P
        if (v * x * x - u) % P:
            return None
    if x == 0 and sign:
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_accepts(public_key, message, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, r = point_decode(public_key), point_decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    # s·BASE - k·key must be r: both products in one pass over the bits.
    minus_key = (P - key[0], key[1], key[2], P - key[3])
    table = (None, BASE, minus_key, point_add(BASE, minus_key))
    found = (0, 1, 1, 0)
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        found = point_add(found, found)
        chosen = table[(s >> bit & 1) | (k >> bit & 1) << 1]
        if chosen:
            found = point_add(found, chosen)
    return (found[0] * r[2] - r[0] * found[2]) % P == 0 and (found[1] * r[2] - r[1] * found[2]) % P == 0


# --- Keys and checkpoints (C2SP signed-note and tlog-checkpoint) -----------------------------------------------------


def read_key(text):
    try:
        name, identifier, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise Unreadable("The verifier key cannot be read.") from None
    if raw[:1] != b"\x01" or hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] != identifier:
        raise Unreadable("The verifier key does not fit its own id.")
    return name, identifier, raw[1:]


def read_notes(text, source):
    """Yield the notes of a file: each is a text, an empty line and its signatures; an empty line follows."""
    parts = text.split("\n\n")
    for number in range(0, len(parts) - 1, 2):
        if number + 2 >= len(parts) and not parts[number + 1].endswith("\n"):
            return  # the last one was not written to its end
        yield read_note(parts[number], parts[number + 1].rstrip("\n"), source)


def read_note(body, signatures, source):
    lines = body.split("\n")
    try:
        origin, size, root, time = lines
        if str(int(size)) != size or not time.startswith("time "):
            raise ValueError
        note = {"origin": origin, "size": int(size), "root": base64.b64decode(root, validate=True), "time": time[5:]}
        note["signatures"] = []
        for line in signatures.split("\n"):
            dash, name, encoded = line.split(" ")
            raw = base64.b64decode(encoded, validate=True)
            note["signatures"].append((name, raw[:4].hex(), raw[4:]))
    except ValueError:
        raise Wrong(source, "A checkpoint in " + source + " cannot be read.") from None
    return dict(note, text=(body + "\n").encode(), source=source)


def check_signature(note, keys):
    for name, identifier, signature in note["signatures"]:
        for key_name, key_identifier, public_key in keys:
            if (name, identifier) == (key_name, key_identifier) and ed25519_accepts(
                public_key, note["text"], signature
            ):
                return
    raise Wrong(
        "checkpoint " + str(note["size"]),
        "The checkpoint of size %d (%s) is not signed by the trusted key." % (note["size"], note["source"]),
    )


# --- The bundle ------------------------------------------------------------------------------------------------------


class Bundle:
    """The exported files, in a zip or in a folder."""

    def __init__(self, path):
        self.folder = pathlib.Path(path)
        self.archive = None
        if not self.folder.is_dir():
            try:
                self.archive = zipfile.ZipFile(path)
            except (OSError, zipfile.BadZipFile):
                raise Unreadable("%s is neither a folder nor a zip file." % path) from None

    def open(self, name, optional=False):
        try:
            return io.BufferedReader(self.archive.open(name)) if self.archive else open(self.folder / name, "rb")
        except (KeyError, OSError):
            if optional:
                return io.BytesIO()
            raise Wrong(name, "The file %s is missing from the bundle." % name) from None

    def text(self, name):
        with self.open(name) as file:
            return file.read().decode()


class Tree:
    """The tree of RFC 9162, kept as the complete subtrees at its right edge."""

    def __init__(self):
        self.size, self.edge = 0, []

    def add(self, leaf):
        self.size += 1
        size = self.size
        while size % 2 == 0:
            leaf = hashlib.sha256(b"\x01" + self.edge.pop() + leaf).digest()
            size //= 2
        self.edge.append(leaf)

    def root(self):
        if not self.edge:
            return hashlib.sha256(b"").digest()
        found = self.edge[-1]
        for node in reversed(self.edge[:-1]):
            found = hashlib.sha256(b"\x01" + node + found).digest()
        return found


def check_line(line, place):
    """Return the entry of a line after checking that the line is its one canonical form."""
    try:
        entry = json.loads(line)
        canonical = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    except ValueError:
        raise Wrong(place, "The entry at %s cannot be read." % place) from None
    if canonical != line or list(entry) != FIELDS:
        raise Wrong(place, "The entry at %s is not written in its one form." % place)
    return entry


def check_position(number, entry_line, leaf_line, last_of, seen):
    """Check one sealed entry against its leaf; return the leaf's hash as recomputed."""
    place = "position %d" % number
    parts = leaf_line.decode("ascii", "replace").rstrip("\n").split("\t")
    if len(parts) != 3 or parts[0] != str(number):
        raise Wrong(place, "A leaf is missing or out of place at %s." % place)
    if not entry_line.strip():
        raise Wrong(place, "Entry %s, sealed at %s, is missing." % (parts[1], place))
    line = entry_line.rstrip(b"\n")
    found = hashlib.sha256(b"\x00" + PREFIX + line).digest()
    entry = check_line(line, place)
    if entry["id"] != parts[1]:
        raise Wrong(place, "%s holds entry %s where entry %s was sealed." % (place, entry["id"], parts[1]))
    if found.hex() != parts[2]:
        raise Wrong(place, "Entry %s at %s is not what was sealed." % (entry["id"], place))
    if entry["id"] in seen:
        raise Wrong(place, "Entry %s is sealed twice." % entry["id"])
    seen.add(entry["id"])
    order = (int(entry["xid"]), int(entry["id"]))
    if last_of.get(entry["cluster"], (0, 0)) >= order:
        raise Wrong(place, "Entry %s at %s is out of order." % (entry["id"], place))
    last_of[entry["cluster"]] = order
    return found


def check_root(tree, notes):
    for note in notes:
        if note["root"] != tree.root():
            raise Wrong(
                "position %d" % (tree.size - 1),
                "The first %d entries do not have the root of the checkpoint (%s, %s)."
                % (tree.size, note["source"], note["time"]),
            )


def check_personal_texts(bundle, wanted):
    """Check the personal texts that were handed over against the commitments in the entries."""
    checked = 0
    for line in bundle.open("personal_texts.jsonl", optional=True):
        item = json.loads(line)
        place = "entry " + item["entry_id"]
        digest = hashlib.sha256((item["salt"] + item["text"]).encode()).hexdigest()
        if digest not in wanted.get((item["entry_id"], item["field"]), ()):
            raise Wrong(place, "The personal text %s of %s is not the one committed to." % (item["field"], place))
        checked += 1
    return checked


def commitments_of(entry):
    if entry["reason_commitment"]:
        yield (entry["id"], "reason"), (entry["reason_commitment"],)
    if "sha256:" in entry["changes"]:
        for field, pair in json.loads(entry["changes"]).items():
            for side, text in zip(("before", "after"), pair):
                if text and text.startswith("sha256:"):
                    yield (entry["id"], field + ":" + side), (text[7:],)


def check_notes(inside, outside, keys):
    """Check order, origin and signatures of all checkpoints; return them by their size."""
    last_size, last_time = 0, ""
    for note in inside:
        if note["size"] <= last_size or note["time"] < last_time:
            raise Wrong("checkpoint %d" % note["size"], "Checkpoints do not grow in size and time.")
        last_size, last_time = note["size"], note["time"]
    at_size = {}
    for note in inside + outside:
        if note["origin"] not in {key[0] for key in keys}:
            raise Wrong("checkpoint %d" % note["size"], "A checkpoint is of another log, %s." % note["origin"])
        check_signature(note, keys)
        at_size.setdefault(note["size"], []).append(note)
    if not at_size:
        raise Wrong("checkpoints.txt", "There is no checkpoint.")
    return at_size


def check(bundle, keys, outside):
    """Check everything from the first entry on; return what was found to be in order."""
    inside = list(read_notes(bundle.text("checkpoints.txt"), "inside the bundle"))
    at_size = check_notes(inside, outside, keys)
    tree, last_of, seen, wanted = Tree(), {}, set(), {}
    with bundle.open("entries.jsonl") as entries, bundle.open("leaves.tsv") as leaves:
        for leaf_line in leaves:
            entry_line = entries.readline()
            tree.add(check_position(tree.size, entry_line, leaf_line, last_of, seen))
            if b"sha256:" in entry_line or b'"reason_commitment":""' not in entry_line:
                wanted.update(commitments_of(json.loads(entry_line)))
            check_root(tree, at_size.get(tree.size, ()))
        if entries.readline():
            raise Wrong("position %d" % tree.size, "There are more entries than leaves.")
    newest = max(at_size)
    if newest > tree.size:
        note = at_size[newest][0]
        message = "The ledger ends after %d entries, but a checkpoint (%s, %s) has %d."
        raise Wrong("position %d" % tree.size, message % (tree.size, note["source"], note["time"], newest))
    return {
        "entries": tree.size,
        "root": tree.root().hex(),
        "checkpoints": len(inside),
        "outside_checkpoints": len(outside),
        "covered_by_signature": newest,
        "covered_from_outside": max([note["size"] for note in outside], default=0),
        "unsealed": check_unsealed(bundle, last_of, seen, wanted),
        "personal_texts": check_personal_texts(bundle, wanted),
    }


def check_unsealed(bundle, last_of, seen, wanted):
    """Check that no unsealed entry claims a time before what is sealed already."""
    count = 0
    for line in bundle.open("unsealed.jsonl", optional=True):
        entry = check_line(line.rstrip(b"\n"), "unsealed line %d" % (count + 1))
        if entry["id"] in seen or (int(entry["xid"]), int(entry["id"])) <= last_of.get(entry["cluster"], (0, 0)):
            raise Wrong("entry " + entry["id"], "Entry %s was put in among sealed ones." % entry["id"])
        wanted.update(commitments_of(entry))
        count += 1
    return count


# --- The command -----------------------------------------------------------------------------------------------------


def outside_notes(paths):
    for path in map(pathlib.Path, paths):
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            try:
                text = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                raise Unreadable("%s cannot be read." % file) from None
            if "\ntime " in text:
                yield from read_notes(text, "kept outside in " + file.name)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bundle", help="the exported zip file, or the folder it was unpacked into")
    parser.add_argument("--key", help="file with the verifier key that you trust")
    parser.add_argument("--checkpoint", action="append", default=[], help="checkpoints that you kept: file or folder")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(arguments)
    try:
        bundle = Bundle(options.bundle)
        key_text = pathlib.Path(options.key).read_text() if options.key else bundle.text("verifier.key")
        keys = [read_key(line) for line in key_text.splitlines() if line.strip()]
        result = dict(check(bundle, keys, list(outside_notes(options.checkpoint))), verified=True)
    except Wrong as problem:
        result = {"verified": False, "first_wrong": problem.place, "problem": problem.message}
    except (Unreadable, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(result, indent=2))
    elif result["verified"]:
        print("VERIFIED: %(entries)d sealed entries, %(checkpoints)d checkpoints, root %(root)s" % result)
        print(
            "Checked against outside checkpoints up to entry %(covered_from_outside)d; not yet sealed: %(unsealed)d;"
            " personal texts checked: %(personal_texts)d." % result
        )
        if not options.key:
            print("Note: the key was taken from the bundle itself. Give a key that you trust with --key.")
        if not options.checkpoint:
            print(
                "Note: without an outside checkpoint (--checkpoint) a complete rewrite with the same key is not seen."
            )
    else:
        print("WRONG at %(first_wrong)s: %(problem)s" % result)
    return 0 if result["verified"] else 1


if __name__ == "__main__":
    sys.exit(main())
