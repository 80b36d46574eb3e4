"""Signs of real outputs: those that stop show none of not stopping, and what a cut takes away changes next to nothing."""

from pathlib import Path

import polars as pl
import pytest

from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.outputs_folder import read_folder

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

SCORED = ("bbh", "evalscope", "gsm8k-solutions", "tora")


@pytest.fixture(scope="module")
def found(shared_data: Path) -> pl.DataFrame:
    """SIGNS with `format` and `subset`."""
    samples = read_folder(shared_data / "eval-samples").samples
    key = ("item", "checkpoint", "sample")
    return signs(samples, ChannelSettings()).join(
        samples.filter("primary").select(*key, "format", "subset"), on=key, how="left"
    )


def of(found: pl.DataFrame, *formats: str) -> pl.DataFrame:
    return found.filter(pl.col("format").is_in(formats))


def test_every_output_with_a_verdict_can_be_scored_again(found: pl.DataFrame) -> None:
    scored = of(found, *SCORED)
    assert len(scored) == 3_874 + 1_196 + 5_276 + 2_638
    assert scored["correct_when_cut"].null_count() == 0
    changed = scored.filter(pl.col("correct") != pl.col("correct_when_cut"))
    # boxes in the middle of solutions of MATH-500, and two answers that were right before they were changed
    assert dict(changed.group_by("format").len().iter_rows()) == {"evalscope": 13}


def test_outputs_that_stop_show_no_sign_of_not_stopping(found: pl.DataFrame) -> None:
    unended = pl.any_horizontal(pl.col("cut_off", "runs_on").fill_null(value=False))
    lost = of(found, *SCORED).filter(pl.col("answer_is_prefix") & unended)
    assert len(lost) <= 2
    assert of(found, "bbh", "gsm8k-solutions", "tora")["runs_on"].mean() < 0.005  # type: ignore[operator]


def test_chains_of_thought_show_steps_and_direct_answers_none(found: pl.DataFrame) -> None:
    worked = dict(of(found, "bbh").group_by("checkpoint").agg(pl.col("worked").mean()).iter_rows())
    assert worked == {"code-davinci-002-cot": 1.0, "code-davinci-002-direct": 0.0}
    frames = of(found, "bbh").group_by("subset").agg(pl.col("frame").n_unique())
    assert set(frames["frame"]) == {2}


def test_right_answers_that_a_scorer_missed_are_found(found: pl.DataFrame) -> None:
    """Those that docs/evaluation-scoring.md names."""
    missed = found.filter("only_format").group_by("format", "answer_is_prefix").len()
    # two of MATH-500 were right before they were changed
    assert set(missed.iter_rows()) == {("evalscope", False, 3), ("lm-eval", False, 1), ("evalscope", True, 2)}


def test_letters_are_told_where_there_are_options(found: pl.DataFrame) -> None:
    with_options = of(found, "helm", "inspect")
    assert len(with_options) == 19
    assert with_options["gold_letter"].null_count() == 0
    right = with_options.filter(pl.col("letter") == pl.col("gold_letter"))
    assert right["correct"].all()
    assert len(right) == with_options["correct"].sum()
