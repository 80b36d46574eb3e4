"""One spelling for answers that differ only in their typesetting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.evaluation.scoring.braces import boxed, split_top
from darwin_assets.evaluation.scoring.canonical import canonical


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        (r"$\left( 3, \frac{\pi}{2} \right)$", r"(3,\frac{\pi}{2})"),
        (r"\dfrac{17}{50}", r"\frac{17}{50}"),
        (r"\frac43", r"\frac{4}{3}"),
        (r"\frac 59", r"\frac{5}{9}"),
        (r"\frac{270}7\text{ degrees}", r"\frac{270}{7}"),
        (r"\frac9{19}", r"\frac{9}{19}"),
        (r"11\sqrt2", r"11\sqrt{2}"),
        ("√2", r"\sqrt{2}"),
        (r"90^\circ", "90"),
        (r"90^{\circ}", "90"),
        ("90°", "90"),
        (r"10,\!080", "10,080"),
        ("10{,}080", "10,080"),
        (r"\$32,\!348", "32,348"),
        (r"864 \mbox{ inches}^2", "864"),
        (r"15\mbox{ cm}^2", "15"),
        (r"5.4 \text{ cents}", "5.4"),
        ("18 apples", "18"),
        ("18 square inches.", "18"),
        ("5.2 m/s", "5.2"),
        ("9.8 m s^{-2}", "9.8"),
        (r"3.0 \times 10^8 m/s", r"3.0\times10^8"),
        (r"5\mathrm{~m} / \mathrm{s}", "5"),
        (r"5 \mathrm{m\,s^{-2}}", "5"),
        (r"18\text{ m}/\text{s}", "18"),
        (r"\frac{3}{2} \mathrm{~kg}", r"\frac{3}{2}"),
        (r"5\mathrm{i}", "5i"),
        (r"5\mathrm{~m} + \mathrm{s}", "5m+s"),
        ("18 USD", "18"),
        ("18 €", "18"),
        (r"\text{18 eggs}", "18"),
        ("18 per day", "18"),
        ("18 per", "18"),
        (r"6\text{ million}", r"6\times10^6"),
        ("5 dozen eggs", r"5\times12"),
        ("2 m", "2"),
        ("2m", "2m"),
        ("x + 2 m", "x+2m"),
        (r"\text{Evelyn}", "Evelyn"),
        (r"\text{(C)}", "(C)"),
        (r"4210_{5}", "4210_5"),
        (r"x \leq 3", r"x\le3"),
        ("−5", "-5"),
        ("**18**", "18"),
        (r"\mathbf{v}", "v"),
        (r"\cot x", r"\cot x"),
        (r"\pi r^{2}", r"\pi r^2"),
        (r"\begin{pmatrix} 1 \\ -2 \end{pmatrix}", r"\begin{pmatrix}1\\-2\end{pmatrix}"),
    ],
)
def test_typesetting_is_taken_away(text: str, spelling: str) -> None:
    assert canonical(text) == spelling


@pytest.mark.parametrize("word", ["information", "inferior", "jet", "join", "conjugate", "it's", "no solution"])
def test_words_stay_what_they_are(word: str) -> None:
    """Defect 7 of §3.7: no ∞ for the "inf" in a word, no i for a j."""
    assert canonical(word) == word
    assert canonical(rf"\text{{{word}}}") == word


@pytest.mark.parametrize("text", ["infinity", r"\infty", "∞", r"\text{infinity}", r"\text{inf}"])
def test_infinity_is_infinity(text: str) -> None:
    assert canonical(text) == r"\infty"


@pytest.mark.parametrize("text", ["5 and 6", "2 pi", "5 or 6", "10 log", r"5\text{ and }6"])
def test_a_word_behind_a_number_that_is_no_unit_stays(text: str) -> None:
    assert len(canonical(text)) > 2


@given(st.text(alphabet="x1 2,.{}()\\$%^_frac-ext", max_size=30))
def test_twice_is_the_same_as_once(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once


def test_boxes_are_found_with_their_braces_balanced() -> None:
    assert boxed(r"so \boxed{\frac{1}{2}} and \fbox{3}") == [r"\frac{1}{2}", "3"]
    assert boxed(r"\boxed {a\}b}") == [r"a\}b"]
    assert boxed(r"\boxed{\boxed{7}}") == [r"\boxed{7}"]
    assert boxed(r"\boxed 5") == ["5"]
    assert boxed(r"\boxed{1}, then \boxed{\frac{1}{") == ["1"]
    assert boxed(r"\boxed{}") == []


def test_parts_are_split_outside_of_brackets_only() -> None:
    import re

    comma = re.compile(",")
    assert split_top("(1,2),{3,4},5", comma) == ["(1,2)", "{3,4}", "5"]
    assert split_top(r"\{1,2\},3", comma) == [r"\{1,2\}", "3"]
    assert split_top("(1,2],[3,4)", comma) == ["(1,2]", "[3,4)"]
