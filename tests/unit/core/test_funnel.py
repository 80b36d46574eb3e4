"""The picture of the funnel: sound XML, true to its numbers, small enough to stand in the UI."""

import base64
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.funnel import INLINE_MARKDOWN_CHARS, WIDTH, funnel_svg, label, svg_markdown

LADDER = [("L0", 70, 84), ("L1", 84, 77), ("L2", 77, 60), ("L3", 60, 57), ("L4", 57, 57), ("L5", 57, 57)]
SVG = "{http://www.w3.org/2000/svg}"
counts = st.integers(min_value=0, max_value=10**9)


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def bars(svg: str) -> list[list[int]]:
    """Lengths of the bars, a list a path."""
    return [
        [int(part.split("h")[1]) for part in path.get("d").split("M")[1:]]
        for path in ElementTree.fromstring(svg).iter(f"{SVG}path")
    ]


def test_a_line_a_level_with_its_numbers():
    lines = texts(funnel_svg(LADDER))
    assert [line[:2] for line in lines] == [level for level, _, _ in LADDER]
    for line, (_, came_in, kept) in zip(lines, LADDER, strict=True):
        assert str(came_in) in line
        assert str(kept) in line


@given(st.lists(st.tuples(st.sampled_from([one[0] for one in LADDER]), counts, counts), max_size=6))
def test_no_bar_leaves_the_picture(ladder):
    for lengths in bars(funnel_svg(ladder)):
        assert len(lengths) == len(ladder)
        assert all(0 <= length <= WIDTH for length in lengths)


def test_the_widest_bar_fills_the_picture_and_the_others_keep_their_share():
    came_in, kept = bars(funnel_svg([("L1", 200, 100), ("L2", 100, 50)]))
    assert came_in == [WIDTH, WIDTH // 2]
    assert kept == [WIDTH // 2, WIDTH // 4]


def test_six_levels_of_millions_stand_in_place():
    ladder = [(level, 9_999_999, 9_999_998) for level, _, _ in LADDER]
    assert len(svg_markdown(funnel_svg(ladder), "funnel")) < INLINE_MARKDOWN_CHARS


def test_nothing_is_a_picture_too():
    assert texts(funnel_svg([])) == []


@pytest.mark.parametrize("came_in", [0, 3])
def test_a_level_without_rows_is_no_division_by_zero(came_in):
    assert texts(funnel_svg([("L2", came_in, 0)]))[0].startswith("L2")


def test_more_documents_than_files_is_no_share():
    assert "%" not in label("L0", 70, 84)
    assert "78%" in label("L2", 77, 60)


def test_a_name_cannot_become_markup():
    svg = funnel_svg([("<script>", 1, 1)])
    assert "<script>" not in svg
    assert texts(svg)[0].startswith("<script>")


def test_the_markdown_holds_the_whole_picture():
    svg = funnel_svg(LADDER)
    markdown = svg_markdown(svg, "funnel")
    assert markdown.startswith("![funnel](data:image/svg+xml;base64,")
    assert base64.b64decode(markdown.split("base64,")[1].rstrip(")")).decode() == svg
