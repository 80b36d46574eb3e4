"""A checkpoint that does not stop, made of real outputs of one that does; the diagnosis sees the outputs only (§2.4)."""

from pathlib import Path

import polars as pl
import pytest

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.diagnose.diagnose import Diagnosis, diagnose
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.outputs_folder import read_folder
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.evaluation.scoring.settings import ScoringSettings
from tests.run_on import RELATIVE_LOSS, plant

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

SETTINGS = ClosedLoopSettings(channel=ChannelSettings(scoring=ScoringSettings(n_workers=1)))
SOURCES = {
    "bbh-cot": ("bbh-code-davinci-002", "code-davinci-002-cot"),
    "bbh-direct": ("bbh-code-davinci-002", "code-davinci-002-direct"),
    "gsm8k": ("gsm8k-example-solutions", "175b_verification"),
    "math-500": ("evalscope-math500", "doubao-seed-1-6-251015"),
    "math-500-chatty": ("evalscope-math500", "qwen-plus"),
    "gsm8k-programs": ("tora-gsm8k", "tora-70b-v1.0"),
}
SEEDS = (1, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in (2, 3)))
BROKEN = "broken"


def outputs(shared_data: Path, folder: str, checkpoint: str) -> pl.DataFrame:
    return read_folder(shared_data / "eval-samples" / folder).samples.filter(checkpoint=checkpoint)


def diagnosed(*parts: pl.DataFrame) -> Diagnosis:
    samples = pl.concat(parts)
    return diagnose(samples, label(samples), signs(samples, SETTINGS.channel), EvaluationFacts(), SETTINGS)


def whole(found: Diagnosis, checkpoint: str) -> dict[str, object]:
    """The cell of all items of the one benchmark."""
    [cell] = found.cells.filter(level="benchmark", checkpoint=checkpoint).to_dicts()
    return cell


def set_right(cell: dict[str, object]) -> float:
    [score] = [
        one["value"]
        for one in cell["evidence"]  # type: ignore[attr-defined]
        if (one["sign"], one["measure"]) == ("termination", "score when set right")
    ]
    return float(score)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("source", SOURCES)
def test_run_on_text_is_supervision_and_the_score_without_it_is_predicted(
    shared_data: Path, source: str, seed: int
) -> None:
    good = outputs(shared_data, *SOURCES[source])
    score = good["score"].mean()
    assert isinstance(score, float)
    found = diagnosed(good, plant(good, BROKEN, seed).samples)
    cell = whole(found, BROKEN)
    assert cell["score"] == pytest.approx(score * (1 - RELATIVE_LOSS), abs=0.01)
    assert (cell["verdict"], cell["cause"]) == ("supervision", "termination")
    assert abs(set_right(cell) - score) <= 0.02
    assert set(found.cells["verdict"]) <= {"supervision", "noise"}


def test_a_weaker_model_that_stops_is_not_called_one_that_does_not(shared_data: Path) -> None:
    weak, strong = (
        outputs(shared_data, "gsm8k-example-solutions", one) for one in ("6b_finetuning", "175b_verification")
    )
    found = diagnosed(weak, strong)
    assert (whole(found, "6b_finetuning")["verdict"], whole(found, "6b_finetuning")["cause"]) == ("data", "capability")
    assert "supervision" not in set(found.cells["verdict"])


def test_run_on_text_behind_wrong_answers_explains_nothing(shared_data: Path) -> None:
    """A weaker model that does not stop either: a cut brings nothing back, so the weakness is its own."""
    weak, strong = (
        outputs(shared_data, "gsm8k-example-solutions", one) for one in ("6b_finetuning", "175b_verification")
    )
    wrong = plant(weak.filter(~pl.col("verdict")), BROKEN, 1).samples
    right = weak.filter("verdict").with_columns(checkpoint=pl.lit(BROKEN))
    found = diagnosed(wrong, right, strong)
    assert (whole(found, BROKEN)["verdict"], whole(found, BROKEN)["cause"]) == ("data", "capability")
    assert "supervision" not in set(found.cells["verdict"])


def test_run_on_text_that_both_write_explains_nothing(shared_data: Path) -> None:
    """Both fall by the same share: what remains between them is what was between them before."""
    weak, strong = (
        plant(outputs(shared_data, "gsm8k-example-solutions", one), one, seed).samples
        for seed, one in enumerate(("6b_finetuning", "175b_verification"))
    )
    found = diagnosed(weak, strong)
    assert whole(found, "6b_finetuning")["verdict"] == "data"
