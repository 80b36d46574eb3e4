"""What the UI needs from the metadata of a level, without a browser."""

import re

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.funnel import INLINE_MARKDOWN_CHARS, funnel_svg, label, svg_markdown
from darwin_assets.levels import LEVELS
from darwin_assets.presentation import excerpt, literal, permissions, preview, tail

COUNTS = st.integers(0, 9_999_999)
ID = "0123456789abcdef" * 2


@given(st.lists(st.tuples(COUNTS, COUNTS), max_size=6))
def test_the_funnel_is_short_enough_to_be_shown_in_place(counts: list[tuple[int, int]]) -> None:
    ladder = [(f"L{index}", *pair) for index, pair in enumerate(counts)]
    assert len(svg_markdown(funnel_svg(ladder), "funnel")) < INLINE_MARKDOWN_CHARS


def test_a_level_that_unpacks_has_no_share() -> None:
    assert label("L0", 12, 15) == "L0: 15 from 12"
    assert label("L2", 14, 11) == "L2: 11 of 14, 79%"
    assert label("L2", 0, 0) == "L2: 0 of 0"


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5), st.sampled_from([0, 20, 80]))
def test_a_preview_is_a_table_of_excerpts_that_fits(texts: list[str], chars: int) -> None:
    rows = pl.DataFrame(
        {"id": [ID] * len(texts), "uri": ["drop:a/b.md"] * len(texts), "n_chars": map(len, texts), "text": texts}
    )
    shown = preview(rows, chars)
    assert shown.count("`0123456789ab`") == shown.count("\n") - 1 >= 1
    assert len(shown) < INLINE_MARKDOWN_CHARS
    if chars == 0:
        assert all(line.endswith("|  |") for line in shown.splitlines()[2:])


@given(st.text(max_size=200), st.integers(1, 80))
def test_an_excerpt_is_one_line_no_longer_than_permitted(text: str, chars: int) -> None:
    shown = excerpt(text, chars)
    assert len(shown) <= chars + 1
    assert "\n" not in shown


def test_markdown_of_a_document_is_shown_and_not_obeyed() -> None:
    assert literal("![a](b) | <c>") == r"\!\[a\]\(b\) \| \<c\>"
    assert not re.search(r"(?<!\\)[!\[\]()<>|*_`#]", literal("![x](http://e.example/p.png) **b** `c` <img> | # d"))


def test_an_address_is_cut_at_a_slash() -> None:
    assert tail("https://example.org/books/a.md", 40) == "https://example.org/books/a.md"
    assert tail("https://example.org/books/long-name/a.md", 12) == "…/a.md"
    assert tail("x" * 50, 10) == "…" + "x" * 10


def test_permissions_are_words() -> None:
    assert permissions(LEVELS["L0"]) == "may not drop nor edit nor add"
    assert permissions(LEVELS["L2"]) == "may drop; may not edit nor add"
    assert permissions(LEVELS["L4"]) == "may drop and edit; may not add"
    assert permissions(LEVELS["L5"]) == "may edit and add; may not drop"
