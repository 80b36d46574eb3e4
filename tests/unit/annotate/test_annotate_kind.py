import pytest

from darwin_assets.annotate.document_kind import cues, document_kind
from darwin_assets.annotate.taxonomy import DocumentKind

PAPER = """# Salt and stomata

## Abstract

In this paper we count stomata [1] on leaves [2], as others did [3–5].

## Discussion

Marten et al. found more [6]. So did Okada [7].

## References

1. Marten, Dune grasses.
"""
SECTION = """# Heat

## Learning objectives

By the end of this section you will be able to tell heat from temperature.

## Summary

Heat flows.

## Conceptual questions

Why does tea cool?
"""


@pytest.mark.parametrize(
    ("text", "media_type", "academic_score", "kind"),
    [
        (PAPER, "application/pdf", 0.0, DocumentKind.PAPER),
        (PAPER, "text/html", 0.0, DocumentKind.PAPER),
        (SECTION, "application/x-cnxml+xml", 0.0, DocumentKind.BOOK),
        (SECTION, "text/html", 0.9, DocumentKind.BOOK),
        ("Our cat is called Milo.", "text/html", 0.9, DocumentKind.WEB),
        ("Our cat is called Milo.", "text/plain", 0.1, DocumentKind.OTHER),
        ("Our cat is called Milo.", None, 0.1, DocumentKind.OTHER),
        ("The estimator is consistent.", "text/plain", 0.5, DocumentKind.PAPER),
    ],
)
def test_structure_decides_then_the_media_type_then_the_model(
    text: str, media_type: str | None, academic_score: float, kind: DocumentKind
) -> None:
    assert document_kind(text, media_type, academic_score) is kind


def test_the_cues_of_a_long_document_stand_at_its_ends() -> None:
    filling = "Nothing to see here, only words.\n" * 3000
    front, back = PAPER.split("## Discussion")
    assert cues(front + filling + "## Discussion" + back) == cues(PAPER)
    assert cues(filling + PAPER + filling) == cues(filling)


def test_a_word_in_running_text_is_no_heading() -> None:
    sentence = "References to the abstract of it were in the summary of methods, as we all know by now."
    assert cues(f"{sentence}\n{sentence}") == (0, 0)
