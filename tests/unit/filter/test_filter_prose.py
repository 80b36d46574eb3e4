import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.filter.prose import prose
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signals import measure
from tests import prose_reference
from tests.prose_reference import words


def garbled_share(text):
    return measure(pl.Series([text]), FilterSettings())["prose_garbled_share"].item()


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("The force $F = ma$ acts.", ["The", "force", "acts"]),
        ("It costs $5 and $10 today.", ["It", "costs", "5", "and", "10", "today"]),
        ("Above\n\n$$\n\\frac{a}{b}\n+ c\n$$\n\nbelow", ["Above", "below"]),
        ("Here \\(x^2\\) and \\[y\n= 2\\] end", ["Here", "and", "end"]),
        ("Run:\n\n```python\nimport numpy\n```\n\nDone", ["Run", "Done"]),
        ("An open fence\n\n```\nfor i in range(3)", ["An", "open", "fence"]),
        ("Call `numpy.sum` now", ["Call", "now"]),
        ("Text\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nmore", ["Text", "more"]),
        (
            "## Acids and bases\n\n- first\n2. second\n> third",
            ["Acids", "and", "bases", "first", "second", "third"],
        ),
        ("See [the table](https://example.org/a_b) or https://example.org/c.", ["See", "the", "table", "or"]),
        ("![A graph](graph.png) shows <sub>it</sub>", ["shows", "it"]),
        ("It's a well-known *fact*", ["It's", "a", "well-known", "fact"]),
        ("naïve Straße 分子 3.5", ["naïve", "Straße", "分子", "3", "5"]),
    ],
)
def test_prose_is_what_stands_outside_formulas_code_tables_and_marks(markdown, expected):
    assert words(prose(markdown)) == expected


def test_an_unclosed_formula_swallows_nothing_beyond_its_paragraph():
    assert words(prose("Broken $$ a + b\n\nThe next paragraph stays.")) == [
        "Broken", "a", "b", "The", "next", "paragraph", "stays",
    ]  # fmt: skip


HOSTILE = (
    "$",
    "$$ a ",
    " $a b",
    "[",
    "[a",
    "`",
    "`a ",
    "|",
    "| a ",
    "<a",
    "<!--",
    "- ",
    "```\n",
    "\\(",
    "\\[ a\n",
    " ",
    "\n",
)


@pytest.mark.parametrize("mark", HOSTILE)
def test_time_grows_with_length_on_hostile_input(mark):
    """A pattern that takes the square of the length would need minutes."""
    text = (mark * 100_000)[:100_000]
    start = time.process_time()
    prose(text)
    assert time.process_time() - start < 30.0


@pytest.mark.parametrize(
    ("text", "n_garbled"),
    [
        ("plain words, punctuated (as usual): 3.5 kg, 10%, $5, a/b [12] — “quoted” … fine!", 0),
        ("1 ......... 12 ________ ---- ***", 0),
        ("a�b", 1),
        ("��� ok", 3),
        ("\ue001\ue002 abc", 2),
        ("ab\x01cd", 1),
        ("cafÃ© costs", 2),
        ("itâ€™s", 3),
        ("café it’s Größe", 0),
        ("~^|%§l word", 6),
        ("分子 Молекула", 0),
    ],
)
def test_garbled_characters_are_counted(text, n_garbled):
    n_chars = len("".join(text.split()))
    assert garbled_share(text) == n_garbled / n_chars


def test_nothing_is_not_garbled():
    assert garbled_share(" \n\t") == 0.0


MARKS = [
    "```",
    "``",
    "`",
    "~~~",
    "~~~~",
    "$",
    "$$",
    "\\",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "|",
    "<",
    "<!--",
    "-->",
    "</p>",
    "<a",
    "!",
    "[",
    "]",
    "(",
    ")",
    "![x](y)",
    "[x](y",
    "http://x.y",
    "https://",
    "www.",
    "www.a",
    "-",
    "---",
    "-",
    "*",
    "•",
    "#",
    "##",
    ">",
    "1.",
    "12)",
    "٣.",
    "...",
    "===",
    "_",
    "a",
    "é",
    "分",
    '"',
    "x",
    "5",
]
MARKDOWN = st.lists(
    st.sampled_from([*MARKS, "\n", "\n\n", " ", "\t", "\u2003", "| a | b |", "- ", "## ", "> "]), max_size=25
)


@settings(max_examples=500, deadline=None)
@given(MARKDOWN)
def test_the_kernel_equals_the_plain_reference_on_any_marks(parts):
    text = "".join(parts)
    assert prose(text) == prose_reference.prose(text)


@pytest.mark.parametrize(
    ("opening", "closing", "most"),
    [("$", "$", 2000), ("\\(", "\\)", 2000), ("$$", "$$", 20_000), ("\\[", "\\]", 20_000), ("`", "`", 1000),
     ("<!--", "-->", 2000), ("<a", ">", 500), ("![", "](x)", 5000)],
)  # fmt: skip
def test_a_pair_farther_apart_than_its_bound_is_none(opening, closing, most):
    for n_chars in (most - 1, most, most + 1):
        text = f"{opening}{'é' * n_chars}{closing} end"
        assert prose(text) == prose_reference.prose(text)
    assert "é" not in prose(f"{opening}{'é' * (most - 1)}{closing}")
    assert "é" in prose(f"{opening}{'é' * (most + 1)}{closing}")
