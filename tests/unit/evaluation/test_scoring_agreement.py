"""The scorer beside verdicts that others stored, and beside itself, on real answers."""

import json
import re
from itertools import permutations
from pathlib import Path

import pytest

from benchmarks.scoring_agreement import SOURCES, Judged, Source, judge
from darwin_assets.evaluation.scoring.canonical import canonical
from darwin_assets.evaluation.scoring.equality import how_equal
from darwin_assets.evaluation.scoring.exact_number import read_number
from darwin_assets.evaluation.scoring.maths import extract
from darwin_assets.evaluation.scoring.settings import ScoringSettings

pytestmark = pytest.mark.shared_data
SETTINGS = ScoringSettings()
UNIT = r"\mbox"
EQUAL = {
    ("(-2,1)", "-2,1"),
    ("-2,1", "1,-2"),
    ("1,-2", "-2,1"),
    (r"2 \sqrt{5}", r"2\sqrt{5}"),
    (r"2\sqrt{5}", r"2 \sqrt{5}"),
}
"""All that are equal of the pairs of different spellings among MATH-500's answers that are no numbers: answer, prediction."""


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: f"{source.folder}-{source.attempt.__name__}")
def test_at_least_99_percent_agree_and_every_other_verdict_has_a_cause(shared_data: Path, source: Source) -> None:
    judged, _ = judge(shared_data, source, ScoringSettings(n_workers=1))
    others: list[Judged] = [one for one in judged if not one.agrees]
    assert all(one.cause for one in others)
    assert len(others) <= max(1, 0.01 * len(judged))
    assert all(one.verdict.status in ("scored", "no_answer") for one in judged)


@pytest.fixture(scope="module")
def problems(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "benchmarks" / "math500" / "test.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_every_solution_of_math500_ends_in_its_answer(problems: list[dict[str, str]]) -> None:
    assert len(problems) == 500
    for one in problems:
        assert how_equal(extract(one["solution"]), [one["answer"]], one["problem"], SETTINGS), one["unique_id"]


@pytest.mark.slow
def test_no_answer_of_math500_passes_for_another(problems: list[dict[str, str]]) -> None:
    spellings = sorted({one["answer"] for one in problems if read_number(canonical(one["answer"])) is None})
    assert len(spellings) == 99
    pairs = permutations(spellings, 2)
    assert {(answer, said) for answer, said in pairs if how_equal([said], [answer], "", SETTINGS)} == EQUAL


@pytest.mark.slow
def test_no_answer_of_math500_passes_with_a_digit_changed(problems: list[dict[str, str]]) -> None:
    """Decimals and units aside: those have a tolerance and are dropped."""
    n_changed = 0
    for answer in sorted({one["answer"] for one in problems}):
        if "." in answer or UNIT in answer:
            continue
        for digit in re.finditer(r"\d", answer):
            said = f"{answer[: digit.start()]}{(int(digit[0]) + 1) % 10}{answer[digit.end() :]}"
            assert how_equal([said], [answer], "", SETTINGS) is None
            n_changed += 1
    assert n_changed == 818
