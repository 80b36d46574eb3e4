"""Numbers in digits, words and LaTeX, and answers that are compared by them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.decontamination.answers import answers_agree, final_answer
from darwin_assets.decontamination.leaks import spoken
from darwin_assets.decontamination.numbers import stated, telling


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("16 eggs at $2", ["16", "2"]),
        ("80,000 and 1,234,567 but 1,2,3", ["80000", "1234567", "1", "2", "3"]),
        ("0.05, 2.50 and .25", ["1/20", "5/2", "1/4"]),
        (r"\frac{2}{3} or 2/3 or \dfrac{ 10 }{4}", ["2/3", "2/3", "5/2"]),
        ("75% or 75 percent or three-fourths or three quarters", ["3/4"] * 4),
        ("three hundred and five", ["305"]),
        ("twenty-four, twenty four", ["24", "24"]),
        ("five, six or five six", ["5", "6", "5", "6"]),
        ("two hundred thousand; 3 million; a hundred", ["200000", "3000000", "100"]),
        ("half of it, twice, a dozen, 2 dozen", ["1/2", "2", "12", "24"]),
        ("the third day, a tenth grader, one third of it", ["3", "10", "1/3"]),
        ("three and a half boxes", ["7/2"]),
        ("x^5 + 3x^3 in Z_5", ["5", "3", "3", "5"]),
        ("someone often eats oneself anhundred", []),
        ("5/0 and \\frac{5}{0}", ["5", "5"]),
        ("", []),
    ],
)
def test_numbers_as_they_are_written(text: str, numbers: list[str]) -> None:
    assert stated(text) == [Fraction(one) for one in numbers]


@given(st.integers(0, 999_999_999))
def test_a_number_in_words_is_the_number_in_digits(number: int) -> None:
    assert stated(spoken(number)) == stated(str(number)) == stated(f"{number:,}") == [number]


@given(st.text(alphabet="0123456789 ,./%-\\frac{}onetwenhudrals", max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    stated(text)


def test_one_tells_nothing() -> None:
    assert telling("1 of 2, one of two") == {2}


@pytest.mark.parametrize(
    ("text", "final"),
    [
        ("16 - 3 = 13\n#### 13", "13"),
        (r"So \boxed{3} but no: \boxed{\frac{1}{2}}.", r"\frac{1}{2}"),
        ("The answer is 42.\nDone", "42."),
        (" 7 m ", "7 m"),
    ],
)
def test_final_answers(text: str, final: str) -> None:
    assert final_answer(text) == final


@pytest.mark.parametrize(
    ("answer", "benchmark", "agree"),
    [
        ("it makes 3 and so 18\n#### 18", "18", True),
        ("#### 18.0", "$18", True),
        ("so there are 17 of them in all", "18", False),
        (r"\boxed{0.5}", r"\frac{1}{2}", True),
        ("18", "", None),
        ("", "18", None),
        ("true", "yes", None),
        ("Carbon dioxide", "carbon dioxide", True),
        ("nitrogen", "carbon dioxide", False),
        ("a long explanation of how leaves take up gases, of which there are several, and why", "carbon dioxide", None),
        ("C", "the mitochondrion", None),
        ("(c)", "the mitochondrion", None),
        ("The answer is option B.", "12", None),
        ("C. the mitochondrion", "the mitochondrion", True),
        ("Mitochondrion", "the mitochondrion", True),
        ("It is in the mitochondrion.", "the mitochondrion", True),
        ("The answer is (B) 12", "12", True),
        ("the mitochondrion", "(C) the mitochondrion", True),
        ("nucleus", "the mitochondrion", False),
        ("7 of them", "the mitochondrion", None),
        ("nitrogen", "18", None),
        ("4 metres per second", "3.5 metres per second", False),
        (r"\sin\sqrt{3}", r"\frac{\sqrt{3}}{2} + \cos x", None),
        ("a force between two surfaces", "a force against sliding", None),
    ],
)
def test_answers_agree_where_that_can_be_told(answer: str, benchmark: str, agree: bool | None) -> None:
    assert answers_agree(answer, benchmark) is agree
