"""The registry of cleaning operations: order, notes, what is protected, and that a second run changes nothing."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from darwin_assets.normalize.clean import clean, clean_document, clean_line, ingredients
from darwin_assets.normalize.clean.operations import GROUPS, OPERATIONS
from darwin_assets.normalize.clean.protected import FILLER, shadow
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.recipe import load_recipe

ROOT = Path(__file__).parents[3]
ALL = NormalizeSettings(clean=tuple(OPERATIONS))
# Pieces that operations look for, and the marks that decide what is protected; joined they make hostile documents.
PIECES = st.sampled_from(
    [
        "\n", "\n\n", "\n\n\n\n", " ", "    ", "\t", "\u00a0", "\u2003", "\u200b", "\u200d", "\u2028", "\x0c", "\x00",
        "\ue000", FILLER, "```",
        "~~~", "`", "$", "$$", "\\(", "\\)", "\\[", "\\]", "|", "| a |", "--- | ---", "<table>", "</table>",
        "<pre>", "</pre>", "- ", "> ", "# ", "**", "[Next »](x)", "Next »", "« Previous", "Home > News", "Back to top",
        "Click here", "Page 3 of 4", "ada@uni-turin.it", "@", "ada", "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111",
        "536-90-4399", "8.8.8.8", "server ", "+49 30 1234567", "212-664-7665", "Tel. ", "7", "-", "fucking", "shit",
        "Scunthorpe", "<EMAIL>", "<", ">", "text", "é", "语",
    ]
)  # fmt: skip
DOCUMENTS = st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join)


@settings(deadline=None)
@given(DOCUMENTS)
def test_cleaning_what_is_clean_changes_nothing(text):
    once, _ = clean(text, ALL)
    assert clean(once, ALL) == (once, ())


@pytest.mark.parametrize("name", [*OPERATIONS, *GROUPS])
@given(text=DOCUMENTS)
def test_each_operation_alone_is_idempotent_and_counts_what_it_did(name, text):
    settings = NormalizeSettings(clean=(name,))
    once, notes = clean(text, settings)
    assert clean(once, settings) == (once, ())
    assert bool(notes) == (once != text)
    assert all(int(note.rpartition(":")[2]) > 0 for note in notes)


@given(DOCUMENTS)
def test_a_shadow_has_the_length_of_its_text_and_hides_whole_characters_only(text):
    for tables in (False, True):
        hidden = shadow(text, tables=tables)
        assert len(hidden) == len(text)
        assert all(there in (here, FILLER) for here, there in zip(text, hidden, strict=True))


def test_nothing_is_done_unless_a_recipe_names_it():
    text = "\u200bMail ada@uni-turin.it\n\n\n\n\nNext »"
    assert clean(text, NormalizeSettings()) == (text, ())


def test_notes_count_and_never_quote():
    text = "Mail ada@uni-turin.it or bob@uni-turin.it, phone: 030 1234567.\n\nNext »\n\nEnd."
    cleaned, notes = clean(text, NormalizeSettings(clean=("pii", "pagination", "blank_lines")))
    assert cleaned == "Mail <EMAIL> or <EMAIL>, phone: <PHONE>.\n\nEnd."
    assert notes == ("clean.pii.email:2", "clean.pii.phone:1", "clean.pagination:1", "clean.blank_lines:1")


def test_operations_run_in_the_order_of_the_recipe():
    text = "a\n\n\nNext »\n\n\nb"
    in_order, _ = clean(text, NormalizeSettings(clean=("pagination", "blank_lines")))
    assert in_order == "a\n\nb"
    _, notes = clean(text, NormalizeSettings(clean=("blank_lines", "pagination")))
    assert notes == ("clean.blank_lines:3", "clean.pagination:1")


def test_a_name_that_is_no_operation_is_refused_with_those_that_are():
    with pytest.raises(ValidationError, match=r"no operation of L1: boilerplate; known: spaces, .*pii\.email.*, pii"):
        NormalizeSettings(clean=("spaces", "boilerplate"))


def test_a_title_is_cleaned_within_its_line_only():
    settings = NormalizeSettings(clean=("spaces", "buttons", "pii"))
    assert clean_line("Back to top", settings) == "Back to top"
    assert clean_line("Letters to ada@uni-turin.it,\u30001843", settings) == "Letters to <EMAIL>, 1843"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\u2003b\u00a0c\u3000d\u202fe", "a b c d e"),
        ("zero\u200bwidth\u2060 \u202eorder\u202c soft\u00adhyphen\ufeff", "zerowidth order softhyphen"),
        ("page\x0cbreak\u2028line\u2029end\x85.", "page\nbreak\nline\nend\n."),
        ("bell\x07 tab\tstays", "bell tab\tstays"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("a\u200cb\u200dc", "abc"),
        ("`a\u2003b` and $x\u2003y$", "`a\u2003b` and $x\u2003y$"),
    ],
)
def test_wide_spaces_part_words_and_invisible_characters_go(before, after):
    assert clean(before, NormalizeSettings(clean=("spaces",)))[0] == after


def test_private_use_goes():
    assert clean("\ue000icon\uf8ff", NormalizeSettings(clean=("private_use",))) == ("icon", ("clean.private_use:2",))


def test_paragraphs_survive_the_removal_of_lines_and_code_keeps_its_layout():
    text = "One.\n\nBack to top\n\n\n\nTwo.\n \t\n\n\n```\na\n\n\n\nb\n```"
    cleaned, _ = clean(text, NormalizeSettings(clean=("buttons", "blank_lines")))
    assert cleaned == "One.\n\nTwo.\n\n```\na\n\n\n\nb\n```"


def test_a_page_of_nothing_but_buttons_comes_back_empty():
    assert clean("Next »\n\nBack to top", ALL)[0] == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "+1" * 200_000, "1" * 300_000, "Tel " + "1 " * 200_000, "a." * 200_000 + "@", "{" + "a," * 200_000, "| " * 200_000,
        "`" * 100_000, "$" * 100_000, "<table>" * 50_000, " " * 300_000 + "|", "- " * 200_000, "home > " * 100_000,
        "[at] " * 100_000, "\n" * 300_000, "2001:" * 100_000, "```\n" * 50_000, "`a " * 100_000, "a|" * 200_000,
    ],
    ids=range(18),
)  # fmt: skip
def test_hostile_text_costs_no_more_than_its_length(text):
    """Each takes a second at most; with one ambiguous repeat in a pattern it would take hours."""
    clean(text, ALL)


def test_a_word_list_of_ones_own_changes_the_recipe_by_its_content(tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("drat\n", encoding="utf-8")
    settings = NormalizeSettings(clean=("profanity",), profanity_file=str(words))
    assert clean("Drat it, shit.", settings)[0] == "<PROFANITY> it, shit."
    assert ingredients(NormalizeSettings()) == []
    (before,) = ingredients(settings)
    words.write_text("drat # mild\n", encoding="utf-8")
    assert ingredients(settings) == [before]
    assert len(before) == 64


def test_a_word_list_that_is_not_there_is_refused(tmp_path):
    for path in ("words.txt", str(tmp_path / "none.txt")):
        with pytest.raises(ValidationError, match="absolute path of a file"):
            NormalizeSettings(profanity_file=path)


def test_the_page_on_rules_names_every_operation():
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    for name in (*OPERATIONS, *GROUPS):
        assert f"| `{name}` |" in page


@pytest.mark.parametrize("path", sorted((ROOT / "recipes").glob("*.toml")), ids=lambda path: path.stem)
def test_every_ready_recipe_can_be_loaded(path):
    assert load_recipe(path).normalize.clean


def test_a_document_is_cleaned_with_its_title_and_headings_and_says_so():
    text = "# Letters of ada@uni-turin.it\n\nNext »\n\nCall 212-664-7665."
    document = Document(
        text, "Letters of ada@uni-turin.it", "en", ("Letters of ada@uni-turin.it",), 0, 0, 0, 0, "test/1", ("old",)
    )
    cleaned = clean_document(document, NormalizeSettings(clean=("pagination", "blank_lines", "pii")))
    assert cleaned.text == "# Letters of <EMAIL>\n\nCall <PHONE>."
    assert cleaned.title == cleaned.sections[0] == "Letters of <EMAIL>"
    assert cleaned.notes == (
        "old",
        "clean.pagination:1",
        "clean.blank_lines:1",
        "clean.pii.email:1",
        "clean.pii.phone:1",
    )
    assert clean_document(document, NormalizeSettings()) is document
    verbatim = dataclasses.replace(document, is_verbatim=True)
    assert clean_document(verbatim, ALL) is verbatim
    with pytest.raises(Unreadable, match=r"text\.empty"):
        clean_document(dataclasses.replace(document, text="Back to top"), ALL)


def test_a_parsed_document_is_cleaned_where_the_recipe_says_so():
    page = (
        "<article><h1>Heat</h1>"
        + "<p>Heat flows to where it is colder, by itself.</p>" * 9
        + "<p>Tel.: 212-664-7665</p></article>"
    )
    settings = NormalizeSettings(clean=("pii",))
    cleaned = parse(page.encode(), "text/html", settings)
    assert "<PHONE>" in cleaned.text
    assert "664" not in cleaned.text
    assert cleaned.notes[-1] == "clean.pii.phone:1"
    untouched = parse(page.encode(), "text/html", NormalizeSettings())
    assert "212-664-7665" in untouched.text
    assert not any(note.startswith("clean.") for note in untouched.notes)
