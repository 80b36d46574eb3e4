"""D26, D30: what a faithful refiner may not do; every case is named by the guard that must see it."""

import pytest

from darwin_assets.refine.guards import GUARDS, check
from darwin_assets.refine.settings import RefineSettings

BEFORE = """## Standing waves

A string of length 1.20 m is driven at 60 Hz, and four loops appear (Smith, 2020). With $v = f \\lambda$ the speed
follows at once, as equation (5) shows.

$$\\lambda = \\frac{2L}{n}$$

| n | f |
| --- | --- |
| 1 | 15 |

Exercise 2. Find the speed of the wave on this string.

Page 31 of 200

1 Waves .......... 1"""

UNFAITHFUL = {
    "growth": ("four loops appear", "four loops appear " + "and so on and on and " * 5),
    "repetition": ("four loops appear", "four loops appear" + " is driven at 60 Hz, and four loops appear" * 4),
    "new_numbers": ("four loops", "four loops of 7 nodes"),
    "lost_numbers": ("1.20 m", "some"),
    "changed_values": ("four loops", "five loops"),
    "changed_units": ("60 Hz", "60 kHz"),
    "new_formulas": ("follows at once", "follows at once from $a = b$"),
    "lost_formulas": ("$$\\lambda = \\frac{2L}{n}$$", ""),
    "latex_balance": ("\\lambda$", "\\lambda"),
    "latex_parses": ("\\frac{2L}{n}", "\\frac{2L}"),
    "protected_spans": ("| 1 | 15 |", "| 1 | 15.0 |"),
    "headings": ("## Standing waves\n", ""),
    "lost_citations": (" (Smith, 2020)", ""),
    "new_citations": ("follows at once", "follows at once [7]"),
    "labels": ("equation (5)", "equation (6)"),
    "lost_exercises": ("Exercise 2. Find the speed of the wave on this string.", ""),
    "polarity": ("follows at once", "never follows at once"),
    "replaced_words": ("A string of length", "A spring of length"),
    "new_words": ("four loops", "four stationary loops"),
    "new_short_words": ("four loops", "all four loops"),
    "new_names": ("four loops", "four Li loops"),
    "ngram_support": (
        "and four loops appear",
        "so the four loops which we see appear to the eye as if at rest on it to all of us in the end of the day so far",
    ),
    "lost_words": ("is driven at 60 Hz", "at 60 Hz"),
    "lost_sentences": ("A string of length 1.20 m is driven at 60 Hz, and four loops appear (Smith, 2020). ", ""),
    "foreign_sentences": (
        "With $v",
        "Aus der Frequenz und der Wellenlänge folgt die Geschwindigkeit der Welle auf der Saite. With $v",
    ),
    "prompt_copied": (
        "follows at once",
        "follows at once; text that cannot be read is removed; never guess what it may have said",
    ),
    "meta_commentary": ("follows at once", "[removed] follows at once"),
    "wrapping": ("## Standing", "Sure, here it is:\n\n## Standing"),
    "refusal": ("follows at once", "follows at once, I cannot say how"),
}


def failed(before: str, after: str) -> set[str]:
    return {result.name for result in check(before, after, RefineSettings()) if not result.passed}


def test_every_guard_has_a_case() -> None:
    assert {guard.__name__ for guard in GUARDS} == set(UNFAITHFUL)


@pytest.mark.parametrize("name", UNFAITHFUL)
def test_guard_sees_what_is_unfaithful(name: str) -> None:
    old, new = UNFAITHFUL[name]
    assert old in BEFORE
    assert name in failed(BEFORE, BEFORE.replace(old, new))


FAITHFUL = {
    "unchanged": BEFORE,
    "whole lines deleted": BEFORE.replace("Page 31 of 200\n\n1 Waves .......... 1", ""),
    "lines joined": BEFORE.replace("the speed\nfollows", "the speed follows"),
    "layout of a formula": BEFORE.replace("$v = f \\lambda$", "$v=f\\,\\lambda$"),
}


@pytest.mark.parametrize("name", FAITHFUL)
def test_what_is_faithful_passes(name: str) -> None:
    assert failed(BEFORE, FAITHFUL[name]) == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("the quick br0wn f0x jumps over the lazy dog of a man", "the quick brown fox jumps over the lazy dog of a man"),
        ("an exam- ple of a split word in a sentence", "an example of a split word in a sentence"),
        ("We mea sured the speed of light twice", "We measured the speed of light twice"),
        ("a mis-\nspelled and hyphen-\nated line", "a misspelled and hyphenated line"),
    ],
)  # fmt: skip
def test_repairs_of_words_are_no_new_words(before: str, after: str) -> None:
    assert failed(before, after) <= {"new_numbers", "lost_numbers", "ngram_support"}
    assert "new_words" not in failed(before, after)


@pytest.mark.parametrize("bullet", ["- ", "• ", ""])
def test_a_sign_of_a_fonts_own_is_no_formula(bullet: str) -> None:
    listed = "\uf0b7 The wall of a cell gives it its shape.\n\uf0b7 The nucleus holds the genes of a cell."
    assert failed(listed, listed.replace("\uf0b7 ", bullet)) == set()
    assert "lost_formulas" in failed("As $v = f$ shows, it holds.", "As \ue000 shows, it holds.")


def test_an_empty_answer_may_delete_references_but_no_table_or_exercise() -> None:
    assert failed("[1] Smith, J. (2020). On waves.\n[2] Doe, A. (1999). Light, pp. 3-9.", "") == set()
    assert failed(BEFORE, "") >= {"protected_spans", "lost_exercises", "lost_formulas"}


def test_of_a_repeated_line_one_copy_may_go() -> None:
    line = "The speed was 340 m/s in dry air (Smith, 2020)."
    assert failed(f"{line}\n\n{line}", line) == set()


def test_a_reference_heading_may_go_with_its_list_but_not_without() -> None:
    text = "It is so.\n\n## References\n\n[1] Smith, J. (2020). On waves."
    assert failed(text, "It is so.") == set()
    assert "headings" in failed(text, "It is so.\n\n[1] Smith, J. (2020). On waves.")


def test_content_made_up_for_unreadable_text_is_rejected() -> None:
    """papers.md §1.7, L4 example 2, in our own words: damaged mathematics came back as smooth general phrases."""
    before = (
        "Let X(t) be a s~lut1on of tbe equat1on dX = a(X) dt + b(X) dW, wh3re ~~ii;; a, b fulf_l #!l;;t c%nd. "
        "Denote by T_s^t the f;;mi1y ,,.'';i of 0per@t..s. Th e limit exists as e -> 0."
    )
    after = (
        "Let X(t) be a solution of the equation dX = a(X) dt + b(X) dW, where the coefficients a, b possess suitable "
        "regularity and growth properties. Denote by T_s^t the stochastic evolution semigroup generated by the process. "
        "The limit exists as e -> 0."
    )
    assert {"new_words", "ngram_support"} <= failed(before, after)
