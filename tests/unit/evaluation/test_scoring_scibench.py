"""SciBench: a tolerance of 5 %, powers of ten in units."""

import json
from pathlib import Path

import pytest

from darwin_assets.evaluation.scoring.scibench import extract_scibench, how_equal_scibench
from darwin_assets.evaluation.scoring.settings import ScoringSettings

SETTINGS = ScoringSettings()


def right(prediction: str, answer: str, unit: str = "") -> bool:
    return how_equal_scibench(prediction, answer, unit, SETTINGS) is not None


@pytest.mark.parametrize(
    ("prediction", "is_right"), [("0.95", True), ("1.05", True), ("0.9499", False), ("1.0501", False)]
)
def test_the_bounds_of_five_percent(prediction: str, is_right: bool) -> None:
    assert right(prediction, "1", "m") is is_right


@pytest.mark.parametrize(
    "prediction", ["2", "2.000", "2000000", r"2 \times 10^{6}", r"2\times10^6 \mathrm{m}", "2e6", "2 m"]
)
def test_a_power_of_ten_in_the_unit_may_be_written_out(prediction: str) -> None:
    assert right(prediction, "2", r" $10^6 \mathrm{~m}$")


@pytest.mark.parametrize(("prediction", "unit"), [(r"2 \times 10^{6}", "m"), ("2", "$10^{6}$ m"), ("2e-6", "$10^6$ m")])
def test_a_power_of_ten_that_nobody_asked_for(prediction: str, unit: str) -> None:
    assert right(prediction, "2", unit) is (prediction == "2")


@pytest.mark.parametrize(
    ("prediction", "answer", "unit"),
    [
        ("50.7 atm", "50.7", "atm"),
        (r"50.7\,\text{atm}", "50.7", "atm"),
        (r"\frac{729}{4096}", "0.178", ""),
        (r"2\sqrt{2}\sin\frac{\pi}{2\sqrt{2}}", "2.534324263", ""),
        (r"7.25\%", "7.25", " %"),
        (r"25\%", "0.25", ""),
        ("+65.49", "65.49", ""),
        ("0", "0", ""),
        ("5 kg m/s^2", "5", ""),
    ],
)
def test_a_number_however_it_is_written(prediction: str, answer: str, unit: str) -> None:
    assert right(prediction, answer, unit)


@pytest.mark.parametrize(("prediction", "answer"), [("-1368", "1368"), ("0.001", "0"), ("much", "3"), ("1/3", "1")])
def test_another_number(prediction: str, answer: str) -> None:
    assert not right(prediction, answer)


def test_the_last_box_and_its_right_side() -> None:
    assert extract_scibench(r"\boxed{1} and \boxed{v = 3.20}") == ("3.20",)
    assert extract_scibench("The answer is therefore 42.") == ("42",)
    assert extract_scibench("no idea") == ()


def test_an_answer_that_is_no_number_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="answer_number"):
        right("1", "much")


@pytest.mark.slow
@pytest.mark.shared_data
def test_every_answer_of_the_benchmark_is_right_as_a_prediction_of_itself(shared_data: Path) -> None:
    """By its number, and by that number with the unit behind it."""
    files = [path for path in (shared_data / "benchmarks" / "scibench").glob("*.json") if "_sol" not in path.name]
    problems = [problem for path in files for problem in json.loads(path.read_text())]
    assert len(problems) == 580
    for problem in problems:
        answer, unit = problem["answer_number"].strip(), problem["unit"].strip()
        assert right(answer, answer, unit)
        with_unit = extract_scibench(rf"so \boxed{{{answer} {unit.replace('$', '')}}}")
        assert right(with_unit[-1], answer, unit), problem["problemid"]
