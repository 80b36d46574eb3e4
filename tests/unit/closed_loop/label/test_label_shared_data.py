"""The labels on real items: every one gets one, and they agree with labels by hand."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks.slice_labels import by_hand, by_rules
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.label.agreement import agreement, macro_kappa
from darwin_assets.closed_loop.label.rules import ASKED_FIELDS
from darwin_assets.closed_loop.outputs_folder import read_folder
from darwin_assets.closed_loop.taxonomy import OTHER

pytestmark = pytest.mark.shared_data

TARGET_KAPPA = 0.7
MAX_OTHER = 0.01


def test_rules_agree_with_labels_by_hand_on_items_that_they_were_not_written_on(shared_data: Path):
    rows = [row for row in by_hand() if row["part"] == "held_out"]
    first, second = (
        [{field: row[field] for field in ASKED_FIELDS} for row in labels]
        for labels in (rows, by_rules(rows, shared_data))
    )
    found = agreement(first, second)
    assert len(rows) == 100
    for (kappa,) in found.filter(pl.col("field") != "operations").select("kappa").iter_rows():
        assert kappa >= TARGET_KAPPA
    assert (macro_kappa(found) or 0.0) >= TARGET_KAPPA


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    ["lm-eval", "lighteval", "helm", "inspect", "gsm8k-example-solutions", "evalscope-math500", "bbh-code-davinci-002"],
)
def test_every_item_of_every_harness_has_one_label(shared_data: Path, source: str):
    samples = read_folder(shared_data / "eval-samples" / source).samples
    found = label(samples)
    assert found["item"].is_unique().all()
    assert set(found["item"]) == {*samples["item"].drop_nulls()}
    other = pl.any_horizontal(pl.col("task_type", "background", "form") == OTHER)
    assert found.select(other.mean()).item() <= MAX_OTHER
