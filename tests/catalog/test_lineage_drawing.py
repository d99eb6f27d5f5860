"""Where boxes stand: inside the picture, none upon another, and what is left out is counted."""

from __future__ import annotations

from apps.catalog.rules_pure.lineage_drawing import (
    BOX_HEIGHT,
    BOX_WIDTH,
    MOST_IN_COLUMN,
    MOST_NODES,
    Node,
    chosen,
    draw,
    short,
)


def nodes(column: int, number: int) -> list[Node]:
    return [Node(f"{column}/{n}", f"node {n}", "dataset", column) for n in range(number)]


def test_it_draws_the_nearest_and_at_most_sixty():
    many = [node for column in range(-9, 10) for node in nodes(column, 30)]
    kept = chosen(many)
    assert len(kept) == MOST_NODES
    assert max(sum(1 for one in kept if one.column == column) for column in range(-9, 10)) == MOST_IN_COLUMN
    assert {abs(one.column) for one in kept} == {0, 1, 2, 3}


def test_boxes_stand_inside_the_picture_and_none_upon_another():
    some = [*nodes(-1, 4), *nodes(0, 1), *nodes(1, 7)]
    drawing = draw(some, [("-1/0", "0/0"), ("0/0", "1/6")], {1: 12})
    assert [box.node.label for box in drawing.boxes if not box.node.id] == ["+12"]
    places = {(box.x, box.y) for box in drawing.boxes}
    assert len(places) == len(drawing.boxes) == 13
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - BOX_WIDTH and 0 <= box.y <= drawing.height - BOX_HEIGHT
    for x, y in places:
        assert not any(x == other and 0 < abs(y - below) < BOX_HEIGHT for other, below in places)


def test_a_line_against_the_reading_direction_says_so():
    drawing = draw([*nodes(0, 1), *nodes(1, 1)], [("0/0", "1/0"), ("1/0", "0/0")], {})
    assert sorted(line.back for line in drawing.lines) == [False, True]


def test_a_line_to_a_node_that_is_not_drawn_is_left_out():
    assert draw(nodes(0, 1), [("0/0", "elsewhere")], {}).lines == ()


def test_long_names_keep_their_beginning_and_end():
    assert short("claims") == "claims"
    assert len(short("x" * 80)) <= 22 and short("begin" + "x" * 80 + "end").endswith("end")
