"""The diagnosis on real outputs: one model asked in two ways, four systems on GSM8K, four models on MATH-500."""

from pathlib import Path

import polars as pl
import pytest

from darwin_assets.acquire.evaluation_manifest import Checkpoint, EvaluationFacts
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.diagnose.diagnose import Diagnosis, diagnose
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.outputs_folder import read_folder
from darwin_assets.closed_loop.settings import ClosedLoopSettings

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]

SETTINGS = ClosedLoopSettings()
COT, DIRECT = "code-davinci-002-cot", "code-davinci-002-direct"
SAME_WEIGHTS = {name: Checkpoint(weights="code-davinci-002") for name in (COT, DIRECT)}
ELICITED = ("date_understanding", "logical_deduction_five_objects", "multistep_arithmetic_two", "navigate")
"""Tasks of BIG-Bench Hard at which the direct prompt is significantly worse."""
OF_DIRECT = {
    **dict.fromkeys(ELICITED, "channel"),
    **dict.fromkeys(("boolean_expressions", "causal_judgement", "formal_fallacies"), "noise"),
    "word_sorting": "better",
}


def read(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    samples = read_folder(folder).samples
    return samples, label(samples), signs(samples, SETTINGS.channel)


@pytest.fixture(scope="module")
def bbh(shared_data):
    return read(shared_data / "eval-samples" / "bbh-code-davinci-002")


def by_task(bbh, facts: EvaluationFacts) -> dict[str, tuple[str, str]]:
    """Verdict and cause of each task, told as a benchmark of its own."""
    samples, labels, shown = bbh
    split = (frame.with_columns(benchmark=pl.col("subset")) for frame in (samples, labels))
    found = diagnose(*split, shown, facts, SETTINGS).cells.filter(level="benchmark")
    return {
        benchmark: (verdict, cause)
        for benchmark, verdict, cause in found.select("benchmark", "verdict", "cause").rows()
    }


def test_the_data_are_ruled_out_where_the_prompt_is_the_cause_and_nowhere_else(bbh):
    found = by_task(bbh, EvaluationFacts())
    assert {task: verdict for task, (verdict, _) in found.items()} == OF_DIRECT
    assert {found[task] for task in ELICITED} == {("channel", "elicitation")}


def test_stated_weights_change_no_verdict_that_the_outputs_give(bbh):
    assert by_task(bbh, EvaluationFacts(checkpoints=SAME_WEIGHTS)) == by_task(bbh, EvaluationFacts())


@pytest.mark.parametrize("checkpoints", [{}, SAME_WEIGHTS], ids=["weights not stated", "weights stated"])
def test_beside_the_direct_prompt_working_costs_at_sorting(bbh, checkpoints):
    found = by_task(bbh, EvaluationFacts(reference=DIRECT, checkpoints=checkpoints))
    turned = {"channel": "better", "noise": "noise", "better": "channel"}
    assert {task: verdict for task, (verdict, _) in found.items()} == {
        task: turned[verdict] for task, verdict in OF_DIRECT.items()
    }
    assert found["word_sorting"] == ("channel", "elicitation")


def test_multistep_arithmetic_carries_its_evidence(bbh):
    cells = diagnose(*bbh, EvaluationFacts(), SETTINGS).cells.filter(level="slice", task_type="mathematical_problem")
    assert cells.select("reference", "n", "score", "ref_score", "verdict", "cause").row(0) == (
        COT, 250, pytest.approx(0.012), pytest.approx(0.476), "channel", "elicitation",
    )  # fmt: skip
    evidence = {(one["sign"], one["measure"]): one for one in cells["evidence"][0]}
    assert evidence["elicitation", "other instructions or examples"]["value"] == 1.0
    worked = evidence["elicitation", "shows its steps"]
    assert (worked["value"], worked["reference"]) == (0.0, 1.0)
    assert not any(one["holds"] for (sign, _), one in evidence.items() if sign in ("termination", "form", "scoring"))


@pytest.fixture(scope="module")
def gsm8k(shared_data) -> Diagnosis:
    return diagnose(*read(shared_data / "eval-samples" / "gsm8k-example-solutions"), EvaluationFacts(), SETTINGS)


def test_the_systems_on_gsm8k_are_weaker_without_a_sign_of_the_channel(gsm8k):
    assert gsm8k.reference == "175b_verification"
    whole = gsm8k.cells.filter(level="benchmark").sort("checkpoint")
    assert whole.select("checkpoint", "n", pl.col("score").round(4), "verdict").rows() == [
        ("175b_finetuning", 1319, 0.3472, "data"),
        ("6b_finetuning", 1319, 0.2168, "data"),
        ("6b_verification", 1319, 0.3904, "data"),
    ]


def test_the_weakest_slices_on_gsm8k_are_those_of_other_problems_too(gsm8k):
    """Ranks of slices by weakness, when items are drawn again."""
    assert gsm8k.stability.height == 3
    assert gsm8k.stability["spearman_low"].min() > 0.5
    assert gsm8k.stability["same_weakest"].min() > 0.9


def test_the_models_on_math_500_are_too_close_to_tell_apart(shared_data):
    found = diagnose(*read(shared_data / "eval-samples" / "evalscope-math500"), EvaluationFacts(), SETTINGS)
    assert found.reference == "deepseek-reasoner-v3.2"
    assert found.cells["checkpoint"].n_unique() == 3
    assert found.cells["verdict"].unique().to_list() == ["noise"]
