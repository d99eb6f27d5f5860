"""The tree and its proofs, against the definitions of RFC 9162 and its known vectors."""

from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.audit.rules_pure import merkle

# The well-known eight leaves of the Certificate Transparency test vectors.
VECTOR_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
VECTOR_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def defined_root(leaves):
    """The recursion of RFC 9162, 2.1.1, word by word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return sha256(b"\x01" + defined_root(leaves[:middle]) + defined_root(leaves[middle:])).digest()


def leaves_of(count):
    return [merkle.hash_leaf(str(number).encode()) for number in range(count)]


def reader(leaves):
    def node(level, index):
        return defined_root(leaves[index << level : (index + 1) << level])

    return node


def test_it_gives_the_roots_of_the_known_vectors():
    hashes = [merkle.hash_leaf(data) for data in VECTOR_LEAVES]
    assert [merkle.root_of(hashes[: size + 1]).hex() for size in range(8)] == VECTOR_ROOTS
    assert merkle.root_of([]).hex() == sha256(b"").hexdigest()


@given(st.lists(st.integers(0, 40), max_size=12))
def test_it_grows_in_batches_to_the_same_root(batches):
    leaves = leaves_of(sum(batches))
    frontier = merkle.Frontier()
    start = 0
    for batch in batches:
        frontier.extend(leaves[start : start + batch])
        start += batch
        assert frontier.root() == defined_root(leaves[:start])
        frontier = merkle.Frontier.from_bytes(frontier.size, frontier.to_bytes())


def test_it_names_the_subtrees_that_become_complete():
    leaves = leaves_of(1100)
    frontier = merkle.Frontier()
    kept = frontier.extend(leaves[:300]) + frontier.extend(leaves[300:511]) + frontier.extend(leaves[511:])
    assert kept == [(8, place, defined_root(leaves[place * 256 : place * 256 + 256])) for place in range(4)]


@settings(max_examples=60)
@given(st.data())
def test_it_proves_every_leaf_and_no_other(data):
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    root = defined_root(leaves)
    path = merkle.inclusion_proof(index, size, reader(leaves))
    assert merkle.verify_inclusion(leaves[index], index, size, path, root)
    assert not merkle.verify_inclusion(merkle.hash_leaf(b"other"), index, size, path, root)
    if size > 1:
        assert not merkle.verify_inclusion(leaves[index], (index + 1) % size, size, path, root)
        assert not merkle.verify_inclusion(leaves[index], index, size, path[:-1], root)
        assert not merkle.verify_inclusion(leaves[index], index, size, [*path, root], root)


@settings(max_examples=60)
@given(st.data())
def test_it_proves_that_the_past_was_kept(data):
    new = data.draw(st.integers(1, 70))
    old = data.draw(st.integers(1, new))
    leaves = leaves_of(new)
    path = merkle.consistency_proof(old, new, reader(leaves))
    old_root, new_root = defined_root(leaves[:old]), defined_root(leaves)
    assert merkle.verify_consistency(old, new, path, old_root, new_root)
    assert not merkle.verify_consistency(old, new, path, merkle.hash_leaf(b"other"), new_root)
    assert not merkle.verify_consistency(old, new, path, old_root, merkle.hash_leaf(b"other"))
    assert not merkle.verify_consistency(old, new, [*path, old_root], old_root, new_root)
