"""A verdict about everything, and the reward that is made of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.evaluation.scoring import score as scoring
from darwin_assets.evaluation.scoring.reward import is_verifiable, rewards, verifiable_reward
from darwin_assets.evaluation.scoring.score import score
from darwin_assets.evaluation.scoring.settings import ScoringSettings
from darwin_assets.evaluation.scoring.verdict import Attempt, Scorer, Verdict, truncated

SETTINGS = ScoringSettings()


@pytest.mark.parametrize(
    ("attempt", "verdict"),
    [
        (Attempt("choice", "Answer: B", ("B",)), Verdict(("B",), 1, "scored", "letter", None)),
        (Attempt("choice", "Answer: B", ("c",)), Verdict(("B",), 0, "scored", "different", None)),
        (Attempt("maths", r"\boxed{1/2}", ("0.5",)), Verdict(("1/2",), 1, "scored", "number", None)),
        (Attempt("maths", "who knows", ("0.5",)), Verdict((), 0, "no_answer", "no_answer", None)),
        (Attempt("scibench", r"\boxed{2.1}", ("2",), unit="m"), Verdict(("2.1",), 1, "scored", "number", None)),
        (Attempt("text", " a  b\n", ("a b",)), Verdict(("a  b",), 1, "scored", "text", None)),
        (Attempt("text", "", ("a b",)), Verdict((), 0, "no_answer", "no_answer", None)),
        (Attempt("maths", "ignored 7", ("5",), prediction=("5",)), Verdict(("5",), 1, "scored", "string", None)),
    ],
)
def test_each_scorer(attempt: Attempt, verdict: Verdict) -> None:
    assert score(attempt, SETTINGS) == verdict


@pytest.mark.parametrize(
    ("output", "accuracy"),
    [
        ("Answer: 9 + 9 = 18", 1),
        ("The answer is 18 per day.", 1),
        ("Answer: 9 + 9 = 19", 0),
        ("Answer: 18 + 9 = 27", 0),
        ("Answer: 2x = 18", 0),
        ("The answer is 18 million.", 0),
        ("The answer is 18 and 20, since both fit.", 0),
        ("The answer is 19, since 18 + 1 = 19.", 0),
        ("The answer is 19</s> 18", 0),
        ("**Answer:**\n\n19\n\n18", 0),
    ],
)
def test_what_is_stated_is_compared_whole(output: str, accuracy: int) -> None:
    assert score(Attempt("maths", output, ("18",)), SETTINGS).accuracy == accuracy


@pytest.mark.parametrize(
    ("finish_reason", "was_cut"),
    [
        (None, None),
        ("stop", False),
        ("length", True),
        ("max_tokens", True),
        ("MAX_TOKENS", True),
        ("tool_calls", False),
    ],
)
def test_a_truncated_output_says_so(finish_reason: str | None, was_cut: bool | None) -> None:
    """Defect 8 of §3.7: truncated and wrong could not be told apart."""
    cut = score(Attempt("maths", "We have 12 ducks", ("5",), finish_reason=finish_reason), SETTINGS)
    assert cut == Verdict(("12",), 0, "scored", "different", was_cut)
    assert truncated(finish_reason) is was_cut


@pytest.mark.parametrize(("error", "status"), [(RecursionError, "error"), (MemoryError, "out_of_memory")])
def test_an_exception_of_a_scorer_is_a_verdict(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], status: str
) -> None:
    """Defect 4 of §3.7: any exception ended the process."""

    def fails(_: Attempt) -> tuple[str, ...]:
        raise error

    monkeypatch.setitem(scoring._EXTRACTION, "maths", fails)
    assert score(Attempt("maths", "5", ("5",)), SETTINGS) == Verdict((), 0, status, error.__name__, None)


def test_a_bad_right_answer_is_an_error_of_its_item_alone() -> None:
    assert score(Attempt("scibench", "5", ("much",)), SETTINGS).status == "error"


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(("choice", "maths", "scibench", "text")),
    st.text(alphabet=st.characters(max_codepoint=0x2260), max_size=60),
    st.text(alphabet="12,.()[]\\{}$%=xABC /-", min_size=1, max_size=20),
)
def test_no_text_makes_the_scorer_raise(scorer: Scorer, output: str, answer: str) -> None:
    for said in (output, rf"\boxed{{{output}}}", f"The answer is {output}"):
        assert score(Attempt(scorer, said, (answer,)), SETTINGS).accuracy in (0, 1)


REFERENCES = [
    ("42", True),
    (r"\frac{1}{2}", True),
    ("1, -2", True),
    (r"(3, \frac{\pi}{2})", True),
    (r"x \ge 2", True),
    (r"\begin{pmatrix} 1 \\ x \end{pmatrix}", True),
    ("B", True),
    ("no real solutions", True),
    ("", False),
    ("The rate rises because the concentration of the reactant grows.", False),
]


@pytest.mark.parametrize(("reference", "verifiable"), REFERENCES)
def test_a_reward_needs_an_answer_that_a_rule_can_check(reference: str, verifiable: bool) -> None:
    assert is_verifiable(reference) is verifiable
    assert verifiable_reward(rf"So \boxed{{{reference}}}", reference) == (1.0 if verifiable else None)
    assert verifiable_reward(r"So \boxed{-17}", reference) == (0.0 if verifiable else None)


@pytest.mark.slow
def test_rewards_are_the_verdicts_of_the_scorer_in_their_order() -> None:
    chat = [{"role": "assistant", "content": r"\boxed{0.5}"}]
    completions = [r"\boxed{1}", chat, "because", "the answer is 7"]
    found = rewards(completions, ["1", r"\frac12", "It is so because of that.", "8"], prompts=["", "", "", ""])
    assert found == [1.0, 1.0, None, 0.0]
