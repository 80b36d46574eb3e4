"""What the UI shows of a document: an excerpt, never more, and never as markup."""

import re

import dagster as dg
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.contract import COMMON
from darwin_assets.funnel import INLINE_MARKDOWN_CHARS
from darwin_assets.ladder import LADDER, SPECS
from darwin_assets.meanings import MEANING
from darwin_assets.presentation import column_lineage, column_schema, excerpt, preview, rejected_table

NASTY = "![x](https://example.org/x.png) <img src=x> [a](b) | c \\ `d` *e* ~~f~~ $g$\n\n| h |"
texts = st.text(max_size=400)


def rows(*texts: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [f"{place:032x}" for place in range(len(texts))],
            "uri": [f"https://example.org/books/{place}.md" for place in range(len(texts))],
            "n_chars": [len(text or "") for text in texts],
            "text": list(texts),
        },
        schema_overrides={"text": pl.String()},
    )


def cells(markdown: str) -> list[list[str]]:
    """The cells of the body, split at bars that are not escaped."""
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in markdown.splitlines()[2:]]


@given(text=texts, chars=st.integers(min_value=0, max_value=100))
def test_an_excerpt_is_one_line_of_limited_length(text, chars):
    shown = excerpt(text, chars)
    assert len(shown) <= chars + 1
    assert "\n" not in shown
    assert " ".join(text.split()).startswith(shown.removesuffix("…"))


def test_an_excerpt_says_that_it_was_cut():
    assert excerpt("one two three", 7) == "one two…"
    assert excerpt("one two", 7) == "one two"
    assert excerpt(None, 7) == ""


def test_a_preview_of_no_characters_shows_no_text():
    assert "canary" not in preview(rows("canary words"), 0)


@given(texts)
def test_a_preview_holds_no_more_than_the_excerpt(text):
    ((*_, shown),) = cells(preview(rows(text), 20))
    unescaped = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", shown).strip()
    assert unescaped == excerpt(text, 20).strip()


def test_a_document_cannot_become_markup():
    markdown = preview(rows(NASTY), 200)
    (row,) = cells(markdown)
    assert len(row) == 4
    assert re.findall(r"(?<!\\)[!<\[*`~$]", row[-1]) == []


def test_a_preview_stands_in_place_or_has_one_row():
    assert len(preview(rows(*["word " * 100] * 20), 80)) < INLINE_MARKDOWN_CHARS
    assert len(cells(preview(rows(*["word " * 1000] * 3), 2000))) == 1


def test_a_row_without_text_is_shown_by_its_address():
    ((_, document, n_chars, shown),) = cells(preview(rows(None), 80))
    assert "0" in document
    assert n_chars.strip() == "–"
    assert shown.strip() == ""


def test_rules_and_counts_become_a_table():
    table = rejected_table({"size.bytes": 5, "language.score": 2})
    assert [record.data for record in table.records] == [
        {"rule": "size.bytes", "rows": 5},
        {"rule": "language.score", "rows": 2},
    ]
    assert rejected_table({}).records == []


def test_every_column_of_every_level_is_explained_and_nothing_else():
    assert set(MEANING) == set(COMMON).union(*(spec.columns for spec in SPECS.values()))


@pytest.mark.parametrize("spec", LADDER, ids=[spec.level for spec in LADDER])
def test_the_schema_has_the_types_of_the_table(spec):
    shown = {column.name: column.type for column in column_schema(spec.columns, spec.below, []).columns}
    assert shown == {name: str(dtype) for name, dtype in {**COMMON, **spec.columns}.items()}


def test_lineage_points_to_the_namesake_and_parents_to_the_id():
    lineage = column_lineage("l1_normalized", ["title"]).deps_by_column
    assert lineage == {
        "title": [dg.TableColumnDep(dg.AssetKey("l1_normalized"), "title")],
        "parents": [dg.TableColumnDep(dg.AssetKey("l1_normalized"), "id")],
    }
