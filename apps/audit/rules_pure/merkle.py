"""The tree over the leaves: RFC 9162 hashing, a frontier that grows, and proofs that anybody can check.

Nodes are named by level and index: (0, 5) is the sixth leaf, (8, 0) the complete subtree over the first 256 leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

HASH_SIZE = 32
# Complete subtrees of these sizes (2**8, 2**16, …) are kept, so that a proof reads a few hundred hashes, not all.
KEPT_LEVELS = (8, 16, 24, 32)

NodeReader = Callable[[int, int], bytes]


def hash_leaf(data: bytes) -> bytes:
    """Hash the bytes of a leaf."""
    return sha256(b"\x00" + data).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into their parent."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    frontier.extend(hashes)
    return frontier.root()


class Frontier:
    """The complete subtrees at the right edge of a tree: all that is needed to add leaves and to name the root."""

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        """Start from a size and the nodes of its one bits, lowest level first."""
        if len(nodes) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} nodes at its edge, not {len(nodes)}.")
        self.size = size
        waiting = iter(nodes)
        self._edge: list[bytes | None] = [
            next(waiting) if size >> level & 1 else None for level in range(size.bit_length())
        ]

    @classmethod
    def from_bytes(cls, size: int, kept: bytes) -> Frontier:
        """Read what `to_bytes` wrote."""
        return cls(size, [kept[start : start + HASH_SIZE] for start in range(0, len(kept), HASH_SIZE)])

    def to_bytes(self) -> bytes:
        """Write the nodes one after the other, lowest level first."""
        return b"".join(node for node in self._edge if node is not None)

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
        """Add leaf hashes in order; return the kept subtrees that became complete as (level, index, hash)."""
        kept: list[tuple[int, int, bytes]] = []
        self.size += len(leaves)
        nodes = list(leaves)
        level = 0
        while nodes:
            if level in KEPT_LEVELS:
                first = (self.size >> level) - len(nodes)
                kept.extend((level, first + place, node) for place, node in enumerate(nodes))
            if level == len(self._edge):
                self._edge.append(None)
            waiting = self._edge[level]
            if waiting is not None:
                nodes.insert(0, waiting)
            self._edge[level] = nodes.pop() if len(nodes) % 2 else None
            pairs = iter(nodes)
            nodes = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            level += 1
        return kept

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        found: bytes | None = None
        for node in self._edge:
            if node is not None:
                found = node if found is None else hash_children(node, found)
        return found if found is not None else sha256(b"").digest()


def complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Name the complete subtrees that cover the leaves from start to end, left to right, the largest that fit."""
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def root_between(start: int, end: int, node: NodeReader) -> bytes:
    """Return the hash over the leaves from start to end, where start is the left edge of a subtree of that shape."""
    hashes = [node(level, index) for level, index in complete_subtrees(start, end)]
    found = hashes.pop()
    while hashes:
        found = hash_children(hashes.pop(), found)
    return found


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Return the audit path of a leaf in the tree of that size (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"There is no leaf {index} in a tree of {size}.")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append(root_between(middle, end, node))
            end = middle
        else:
            path.append(root_between(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, node: NodeReader) -> list[bytes]:
    """Return the proof that the tree of size `old` is the beginning of the tree of size `new` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError(f"A tree of {old} cannot be the beginning of a tree of {new}.")
    path: list[bytes] = []
    start, end = 0, new
    whole = True
    while end != old:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            path.append(root_between(middle, end, node))
            end = middle
        else:
            path.append(root_between(start, middle, node))
            start = middle
            whole = False
    if not whole:
        path.append(root_between(start, end, node))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the path leads from the leaf's hash to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = hash_children(sibling, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = hash_children(found, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and found == root


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Tell whether the path shows the old tree as the beginning of the new one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place >>= 1
        last >>= 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first = hash_children(sibling, first)
            second = hash_children(sibling, second)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            second = hash_children(second, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root


def _largest_power_below(count: int) -> int:
    """Return the largest power of two that is smaller than a count of two or more."""
    return 1 << ((count - 1).bit_length() - 1)
