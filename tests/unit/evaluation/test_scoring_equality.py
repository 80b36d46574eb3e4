"""Mathematical equality: what is the same answer, and what is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.evaluation.scoring.equality import how_equal, how_same
from darwin_assets.evaluation.scoring.settings import ScoringSettings

SETTINGS = ScoringSettings()

EQUAL = [
    ("5", "5.0", "number"),
    (r"\frac12", "0.5", "number"),
    ("1/2", r"\dfrac{1}{2}", "number"),
    (r"1\frac{4}{5}", "1.8", "number"),
    (r"137 \frac{1}{2}", "137.5", "number"),
    ("58500", "58,500", "number"),
    (r"\$18.90", "18.9", "number"),
    ("x=5", "5", "string"),
    ("5", "x=5", "string"),
    ("y = 2x + 3", "2x+3", "string"),
    (r"x = \frac{5}{2} = 2.5", "5/2", "number"),
    ("x ≈ 3.14", "3.14", "string"),
    (r"\approx 3.14", "3.14", "string"),
    (r"5\mathrm{i}", "5i", "string"),
    (r"x \in [-2,7]", "[-2,7]", "structure"),
    ("east", r"\text{East}", "string"),
    ("C", r"\text{(C)}", "string"),
    (r"2\sqrt{5}", r"\sqrt{20}", "symbolic"),
    (r"\sqrt{51}", "7.141", "symbolic"),
    (r"\frac{\sqrt{3}}{3}", r"\frac{1}{\sqrt{3}}", "symbolic"),
    ("(a+5)(b+2)", "(b+2)(a+5)", "symbolic"),
    ("2(k+1)", "2k+2", "symbolic"),
    ("6-5i", "-5i+6", "symbolic"),
    (r"\sin^2 x + \cos^2 x", "1", "symbolic"),
    (r"18+2\pi", r"2(\pi+9)", "symbolic"),
    ("2*sqrt(3)", r"2\sqrt{3}", "symbolic"),
    ("3**2*x", "9x", "symbolic"),
    (r"\log_2 8", "3", "symbolic"),
    (r"\binom{5}{2}", "10", "symbolic"),
    ("(3, 4)", "(3,4.0)", "structure"),
    ("3,4", "(3,4)", "structure"),
    ("(-inf, 0]", r"(-\infty, 0]", None),
    (r"(-\infty,0]", r"\left(-\infty,0\right]", "string"),
    (r"3 < x \le 4", "(3,4]", "structure"),
    (r"x \ge 2", r"[2,\infty)", "structure"),
    (r"x < 2", r"(-\infty,2)", "structure"),
    (r"(9,36) \cup (0,9)", r"(0,9)\cup(9,36)", "string"),
    (r"\{-2, 1+\sqrt5, 1-\sqrt5\}", r"\{1\pm\sqrt{5},-2\}", "string"),
    (r"\begin{pmatrix} -0.2 \\ 2 \end{pmatrix}", r"\begin{bmatrix} -1/5 \\ 2 \end{bmatrix}", "structure"),
    ("5x-7y+11z+4=0", "7y - 5x - 11z - 4 = 0", "symbolic"),
    ("y=2x+3", "2x-y+3=0", "symbolic"),
    ("2x-y+3=0", "y=2x+3", "symbolic"),
    ("No", "no", "string"),
    ("No real solutions", "no real solutions", "string"),
    (r"\{-2,3\}", "3,-2", "string"),
    ("3,-2", r"\{-2,3\}", "string"),
    ("3 million", "3000000", "number"),
    (r"3\text{ million dollars}", "3,000,000", "number"),
    ("5 dozen eggs", "60", "symbolic"),
    ("1 1/2", "3/2", "number"),
    ("-1 1/2 cups", "-1.5", "number"),
    ("9 + 9 = 18", "18", "string"),
    (r"\frac{36}{2} = 9 \times 2 = 18", "18", "string"),
]


@pytest.mark.parametrize(("prediction", "answer", "reason"), EQUAL)
def test_the_same_answer(prediction: str, answer: str, reason: str | None) -> None:
    assert how_same(prediction, answer, SETTINGS) == reason


DIFFERENT = [
    ("5", "6"),
    ("", "5"),
    ("0.5", "50"),
    ("52", "52_8"),
    ("2516_7", "2516_8"),
    ("x=5", "y=5"),
    ("x", "X"),
    ("2k", "2K"),
    ("(3,4)", "(4,3)"),
    ("(3,4)", "[3,4]"),
    ("(3,4]", "(3,4)"),
    ("(3,4)", r"\{3,4\}"),
    ("(1,2,3)", "(1,2)"),
    ("no solution", "on solution"),
    ("information", "infinity"),
    ("2", "2xy"),
    ("2 xy", "2"),
    ("3ab", "3"),
    ("5", "5 abc"),
    ("no", r"no\text{ solution}"),
    (r"\begin{pmatrix} 1 & 2 \end{pmatrix}", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
    (r"(0,9) \cup (9,36)", "(0,36)"),
    ("x+1", "x+2"),
    (r"\sqrt{51}", "7.15"),
    (r"\sqrt{x^2}", "-x"),
    ("2x+3y=0", "2x-3y=0"),
    ("f(x)", "g(x)"),
    (r"\frac{\pi}{10^{20}}", r"\frac{2\pi}{10^{20}}"),
    (r"x > 2", r"x \ge 2"),
    ("y=2x+4", "2x-y+3=0"),
    ("y=5", "x+2=5"),
    ("AB and CD", "ab and cd"),
    ("no real solutions", "two real solutions"),
    (r"\{-2,3\}", "-2,4"),
    (r"\{-2,3\}", "-2,3,4"),
    (r"\{1,234\}", "1,234"),
    ("3 million dollars", "3"),
    ("6", r"6\text{ million}"),
    ("3 thousand", "3 million"),
    ("5 dozen", "50"),
    ("1 1/2", "11/2"),
    ("1 3/2", "5/2"),
    ("9 + 9 = 18", "9"),
    ("9 + 9 = 19", "18"),
    ("2x = 18", "18"),
    ("3 + 5 = 8", "4 + 4 = 8x"),
]


@pytest.mark.parametrize(("prediction", "answer"), DIFFERENT)
def test_another_answer(prediction: str, answer: str) -> None:
    assert how_same(prediction, answer, SETTINGS) is None
    assert how_same(answer, prediction, SETTINGS) is None


def equal(predictions: list[str], answers: list[str], question: str = "") -> bool:
    return how_equal(predictions, answers, question, SETTINGS) is not None


def test_an_answer_of_several_is_a_set_of_which_each_must_be_given() -> None:
    assert equal(["1,-2"], ["-2, 1"])
    assert equal(["1", "-2"], ["1,-2"])
    assert equal([r"x=1 \text{ or } x=-2"], ["1,-2"])
    assert equal([r"1 \pm \sqrt{19}"], [r"1+\sqrt{19}, 1-\sqrt{19}"])
    assert equal(["3", "5", "7"], ["7", "5", "3"])
    assert not equal(["1"], ["1,-2"])
    assert not equal(["1,1"], ["1,-2"])


def test_a_guess_too_many_is_wrong() -> None:
    assert not equal(["42, 43"], ["43"])
    assert not equal(["x = 42 or x = 43"], ["42"])
    assert not equal(["1, 2, 3"], ["1, 2"])


def test_of_several_boxes_the_last_count_and_a_repeated_one_counts_once() -> None:
    assert equal(["7", "42"], ["42"])
    assert not equal(["42", "7"], ["42"])
    assert equal(["1", "1", "2", "2"], ["1, 2"])


def test_a_right_answer_that_stands_there_twice_is_asked_for_once() -> None:
    assert equal(["2"], ["2", "2"])
    assert equal(["639/40"], [r"15\frac{39}{40}", r"\frac{639}{40}"])
    assert equal(["1", "2"], ["1", "2", "1"])
    assert not equal(["3"], ["2", "2"])
    assert not equal(["2"], ["2", "2", "3"])
    assert not equal(["1"], ["1, 1, 2"])


def test_commas_are_of_a_list_when_the_question_says_so() -> None:
    asks = "Enter all values, separated by commas."
    assert equal(["200,100"], ["100,200"], asks)
    assert not equal(["200,100"], ["100,200"])
    assert equal(["100200"], ["100,200"])


def test_no_prediction_is_wrong() -> None:
    assert not equal([], ["5"])
    assert not equal([""], ["5"])


EXPRESSIONS = st.recursive(
    st.integers(0, 99).map(str) | st.sampled_from(["x", "y", r"\pi", r"\sqrt{2}"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-"), inner).map(lambda parts: f"({''.join(parts)})")
        | st.tuples(inner, inner).map(lambda parts: rf"\frac{{{parts[0]}}}{{1+{parts[1]}^2}}")
    ),
    max_leaves=5,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(EXPRESSIONS)
def test_an_expression_is_itself_and_not_one_more(expression: str) -> None:
    assert how_same(expression, f"{expression}+0", SETTINGS) is not None
    assert how_same(expression, f"{expression}+1", SETTINGS) is None
