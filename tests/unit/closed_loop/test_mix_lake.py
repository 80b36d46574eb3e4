"""A mix is published by its gate alone, holds what was asked for, and can be read again."""

import json
from pathlib import Path

import polars as pl
import pytest

from darwin_assets.closed_loop.mix.draw import share_of
from darwin_assets.closed_loop.mix.read import read_arm, read_mix
from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE, MIX_TABLE, OPERATIONS_TABLE
from resources.block_list import BlockList
from resources.erasing import rewrite
from resources.errors import Conflict, DarwinError, Unpublished
from tests import published
from tests.drops import DROPS, GOOD, accept_small_documents
from tests.unit.closed_loop.mix_lake import (
    BATCH,
    EVALUATION,
    ROWS,
    WEAK,
    diagnose,
    in_the_loop,
    mix_lake,
    register,
    text_of,
)
from tests.unit.closed_loop.mix_pools import PAIR
from tests.unit.core.test_cli import Darwin
from tests.unit.export.climbed import climb, exported

BUDGET, LONGEST = 250, 30


@pytest.fixture
def lake(project):
    return mix_lake(project)


def tokens_by(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    return rows.group_by(by).agg(pl.col("tokens_used").sum())


def test_both_arms_are_published_with_the_same_budget(lake):
    verdict = lake.mix(budget_tokens=BUDGET).promotion.verdict
    assert verdict.passed
    facts = json.loads(verdict.facts)
    rows = lake.published()
    assert dict(tokens_by(rows, "arm").iter_rows()) == {"targeted": BUDGET, "control": BUDGET}
    assert tokens_by(rows, "arm", "source")["tokens_used"].max() < BUDGET / 2 + LONGEST
    assert rows.select("arm", "id").is_unique().all()
    assert (facts["n_in"], facts["n_kept"]) == (ROWS, rows["id"].n_unique())
    assert facts["n_in"] == facts["n_kept"] + facts["n_rejected"]
    weak = rows.filter(share_of(PAIR) == 1)
    assert weak.filter(arm="targeted").height >= WEAK - 1
    held = dict(tokens_by(weak, "arm").iter_rows())
    assert facts["targeted_share"] == held["targeted"] / BUDGET
    assert facts["control_share"] == held.get("control", 0) / BUDGET
    assert facts["above_twice_control"] == facts["targeted_share"] - 2 * facts["control_share"] > 0


def test_the_manifests_differ_in_the_sampling_alone(lake):
    lake.mix(budget_tokens=BUDGET)
    targeted, control = (
        read_arm(lake.project.lake, lake.project.ledger, EVALUATION, arm).manifest for arm in ("targeted", "control")
    )
    assert {name for name in targeted if targeted[name] != control[name]} == {"sampling"}
    assert targeted.keys() == control.keys()
    assert targeted["sampling"]["targets"] == [{"operations": PAIR, "weakness": 0.04}]
    assert control["sampling"] == {"weights": "uniform"}
    assert (targeted["pool"]["rows"], targeted["budget_tokens"], targeted["tokenizer"]) == (ROWS, BUDGET, "words")


def test_the_same_mix_is_not_drawn_twice_and_another_diagnosis_draws_another(lake):
    first = lake.mix(budget_tokens=BUDGET).promotion
    again = lake.mix(budget_tokens=BUDGET).promotion
    assert again.reused
    assert again.version == first.version
    assert not lake.mix(budget_tokens=BUDGET, seed=2).promotion.reused
    diagnose(lake.project, 0.02)
    assert not lake.mix(budget_tokens=BUDGET, seed=2).promotion.reused


def test_a_closed_gate_publishes_nothing(lake):
    mixed = lake.mix(budget_tokens=1_000_000)
    assert not mixed.promotion.verdict.opens
    assert lake.published().is_empty()
    with pytest.raises(Unpublished, match="materialize targeted_mix"):
        read_mix(lake.project.lake, lake.project.ledger, EVALUATION, "targeted")
    failed = [one for one in mixed.promotion.results if not one.success and one.severity == "critical"]
    assert [one.column for one in failed] == ["n_tokens_off"]


def test_where_no_row_may_be_drawn_the_gate_stays_closed(lake):
    verdict = lake.mix(min_supervision_density=3).promotion.verdict
    assert not verdict.opens
    assert json.loads(verdict.facts)["rejected_by"]["mix.density"] == ROWS


def test_without_a_weakness_of_the_data_nothing_is_mixed(lake):
    diagnose(lake.project, 0.0)
    mixed = lake.mix()
    assert mixed.promotion is None
    assert mixed.targets.is_empty()


def test_arms_are_withdrawn_once_there_is_nothing_to_aim_at(lake):
    first = lake.mix(budget_tokens=BUDGET).promotion
    diagnose(lake.project, 0.0)
    assert lake.mix(budget_tokens=BUDGET).promotion is None
    assert lake.published().is_empty()
    with pytest.raises(Unpublished, match="materialize targeted_mix"):
        read_arm(lake.project.lake, lake.project.ledger, EVALUATION, "targeted")
    version = lake.project.lake.version("mixture", "targeted")
    assert lake.mix(budget_tokens=BUDGET).promotion is None
    assert lake.project.lake.version("mixture", "targeted") == version
    diagnose(lake.project, 0.04)
    assert lake.mix(budget_tokens=BUDGET).promotion.verdict.verdict == first.verdict.verdict


def test_what_is_published_anew_is_drawn_anew_and_must_be_labelled_first(lake, monkeypatch):
    project = lake.project
    first = lake.mix(budget_tokens=BUDGET).promotion
    monkeypatch.setattr(published, "RECIPE", "test/2:0")
    rows = published.publish(project, "L3", BATCH, [text_of(place) for place in range(ROWS)]).sort("parents")
    assert not rows["id"].equals(lake.rows["id"])
    with pytest.raises(Unpublished, match="no longer published: materialize data_affordances first"):
        lake.mix(budget_tokens=BUDGET)
    again = in_the_loop(project, rows, BATCH).mix(budget_tokens=BUDGET).promotion
    assert (again.reused, again.verdict.passed) == (False, True)
    assert again.verdict.input_key != first.verdict.input_key
    assert read_mix(project.lake, project.ledger, EVALUATION, "targeted").missing_tokens == 0


def test_tokens_counted_by_another_tokenizer_are_not_mixed(lake):
    labelled = AFFORDANCES_TABLE.read(lake.project.lake, BATCH)
    other = labelled.with_columns(tokenizer=pl.lit("tokenizer.json#0123456789ab"))
    AFFORDANCES_TABLE.write(lake.project.lake, BATCH, other, "run")
    with pytest.raises(Unpublished, match=r"not counted by words.*materialize data_affordances again for 1 batches"):
        lake.mix(budget_tokens=BUDGET)


def test_rows_without_a_cue_are_not_aimed_at(lake):
    """`other` stands out, and all rows that hold nothing are labelled with it."""
    weak = OPERATIONS_TABLE.read(lake.project.lake, EVALUATION).with_columns(
        operation=pl.lit("other"), other=pl.lit(None, pl.String)
    )
    OPERATIONS_TABLE.write(lake.project.lake, EVALUATION, weak, "run")
    assert lake.mix(budget_tokens=BUDGET).promotion is None


def test_items_that_show_no_text_are_a_warning(project):
    mixed = mix_lake(project, ["What is two and two?", " "]).mix(budget_tokens=BUDGET).promotion
    assert mixed.verdict.passed
    assert json.loads(mixed.verdict.facts)["n_items_without_text"] == 1
    assert [one.column for one in mixed.results if not one.success] == ["n_items_without_text"]


def test_what_is_not_diagnosed_or_not_labelled_says_what_to_do(lake):
    with pytest.raises(Unpublished, match="diagnoses has no rows"):
        lake.mix("2026-02-02.evaluations.0001")
    with pytest.raises(Unpublished, match="no row of Q5 is labelled: materialize data_affordances"):
        lake.mix(level="Q5")


QUESTION = (
    "A gardener plants seven rows of nineteen tulips, loses twelve of them to frost, and sells the others in bunches of five "
    "each; how many whole bunches does she sell?"
)


@pytest.mark.parametrize("registered", [True, False])
def test_benchmark_items_are_never_drawn(project, registered):
    """Neither those that are registered, nor those of the evaluation itself."""
    leaks = [f"{text_of(900)} {QUESTION}", f"{text_of(901)} {QUESTION}"]
    asked = ["What is two and two?"] if registered else [QUESTION]
    lake = mix_lake(project, asked, texts=leaks)
    if registered:
        register(QUESTION, project.work.benchmarks_path())
    verdict = lake.mix(budget_tokens=1_000).promotion.verdict
    facts = json.loads(verdict.facts)
    assert facts["rejected_by"]["decontamination.ngram"] == 2
    assert facts["n_benchmark_rows"] == 0
    assert facts["n_benchmark_items"] == 1 + registered
    repeating = lake.rows.filter(pl.col("text").str.contains("tulips"))["id"]
    assert repeating.len() == 2
    assert not lake.published()["id"].is_in(repeating.implode()).any()


def test_near_duplicates_count_once(project):
    almost = [f"{text_of(0)} and a few words more" for _ in range(3)]
    lake = mix_lake(project, texts=almost)
    assert lake.mix(budget_tokens=1_200, max_source_share=1.0).promotion.verdict.passed
    assert lake.published().group_by("arm", "cluster").len()["len"].max() == 1
    assert lake.mix(budget_tokens=1_860, max_source_share=1.0, max_cluster_rows=9).promotion.verdict.passed
    assert lake.published().group_by("arm", "cluster").len()["len"].max() == 4


def test_an_arm_is_read_in_order_with_its_last_row_cut(lake):
    lake.mix(budget_tokens=BUDGET)
    read = read_mix(lake.project.lake, lake.project.ledger, EVALUATION, "targeted")
    assert read.rows["place"].to_list() == list(range(read.rows.height))
    assert (
        read.rows["text"].str.split(" ").list.eval(pl.element().filter(pl.element() != "")).list.len().sum() == BUDGET
    )
    texts = dict(lake.rows.select("id", "text").iter_rows())
    assert all(texts[one].startswith(text) for one, text in read.rows.select("id", "text").iter_rows())
    assert read.gone.is_empty()
    assert read.missing_tokens == 0
    with pytest.raises(DarwinError, match="no arm"):
        read_mix(lake.project.lake, lake.project.ledger, EVALUATION, "treated")


def test_rows_that_are_no_longer_published_are_named(lake):
    lake.mix(budget_tokens=BUDGET)
    read = read_mix(lake.project.lake, lake.project.ledger, EVALUATION, "targeted")
    others = lake.rows.filter(pl.col("id") != read.rows["id"][0])
    lake.project.lake.write("published", "L3", read.rows["row_batch"][0], others, {})
    after = read_mix(lake.project.lake, lake.project.ledger, EVALUATION, "targeted")
    assert after.rows.height + after.gone.height == read.rows.height
    assert read.rows["id"][0] in after.gone["id"]
    assert after.missing_tokens == after.gone["tokens_used"].sum()


def test_what_is_taken_down_meanwhile_is_withdrawn(lake):
    root = lake.rows["root_id"][0]
    BlockList(lake=lake.project.lake).block("request-1", [("root", root)])
    with pytest.raises(Conflict, match="taken down"):
        lake.mix(budget_tokens=ROWS * 30, max_source_share=1.0)
    rows = lake.published()
    assert rows.height
    assert root not in rows["root_id"]
    read = read_mix(lake.project.lake, lake.project.ledger, EVALUATION, "control")
    assert read.missing_tokens == 30


def test_labels_that_no_longer_fit_their_row_are_left_out(lake):
    labelled = AFFORDANCES_TABLE.read(lake.project.lake, BATCH)
    first = pl.int_range(pl.len()) == 0
    stale = labelled.with_columns(text_sha256=pl.when(first).then(pl.lit("0" * 64)).otherwise("text_sha256"))
    AFFORDANCES_TABLE.write(lake.project.lake, BATCH, stale, "run")
    facts = json.loads(lake.mix(budget_tokens=BUDGET).promotion.verdict.facts)
    assert facts["rejected_by"]["mix.unpublished"] == 1


def exported_texts(project, name: str) -> list[str]:
    (path,) = (Path(project.lake.uri) / "exports" / name).glob("data-*.parquet")
    return pl.read_parquet(path)["text"].to_list()


@pytest.fixture
def climbed(project):
    """A mix of real rows, with their documents below them: less than they hold together."""
    accept_small_documents(project)
    batch = climb(project, "papers", {Path(name).name: (DROPS / name).read_bytes() for name in GOOD}, "L3")
    rows = project.lake.read("published", "L3", batch, project.lake.version("published", "L3")).sort("id")
    lake = in_the_loop(project, rows, batch)
    assert lake.mix(budget_tokens=700, max_source_share=1.0).promotion.verdict.passed
    return lake


def test_an_arm_is_exported_through_the_gates_of_exports(climbed):
    project = climbed.project
    arm = read_arm(project.lake, project.ledger, EVALUATION, "targeted")
    done = exported(project, "targeted", "L3", mix=arm)
    read = read_mix(project.lake, project.ledger, EVALUATION, "targeted")
    assert sorted(exported_texts(project, "targeted")) == sorted(read.rows["text"])
    told = done.manifest["mix"]
    assert (told["evaluation"], told["arm"], told["verdict"]) == (EVALUATION, "targeted", arm.verdict)
    assert (told["rows_drawn"], told["rows_gone"], done.manifest["rows"]) == (read.rows.height, 0, read.rows.height)
    assert told["manifest"] == arm.manifest
    assert sum(len(text.split()) for text in exported_texts(project, "targeted")) == 700


def test_the_command_line_exports_an_arm(climbed):
    darwin = Darwin()
    assert darwin("export", "--name", "control", "--mix", EVALUATION, "--arm", "control") == 0
    assert sum(len(text.split()) for text in exported_texts(climbed.project, "control")) == 700
    assert darwin("export", "--name", "treated", "--mix", EVALUATION, "--arm", "treated") != 0
    assert "no arm of a mix" in darwin.err


def test_a_mix_of_which_rows_are_gone_says_so_when_it_is_exported(climbed):
    project = climbed.project
    arm = read_arm(project.lake, project.ledger, EVALUATION, "targeted")
    others = climbed.rows.filter(pl.col("id") != arm.rows["id"][0])
    project.lake.write("published", "L3", arm.rows["row_batch"][0], others, {})
    told = exported(project, "short", "L3", mix=arm).manifest["mix"]
    assert (told["rows_drawn"], told["rows_gone"]) == (arm.rows.height, 1)
    assert told["tokens_missing"] == arm.rows["tokens_used"][0]


def test_an_arm_that_is_short_after_a_take_down_says_so_when_it_is_exported(climbed):
    """Its rows left the mix too, so that none of those drawn is gone."""
    project = climbed.project
    arm = read_arm(project.lake, project.ledger, EVALUATION, "targeted")
    assert exported(project, "whole", "L3", mix=arm).manifest["mix"]["tokens_missing"] == 0
    root = arm.rows["root_id"][0]
    keep = pl.col("root_id") != root
    rewrite(project.lake, MIX_TABLE.zone, MIX_TABLE.name, EVALUATION, lambda rows: rows.filter(keep), {})
    short = read_arm(project.lake, project.ledger, EVALUATION, "targeted")
    told = exported(project, "short", "L3", mix=short).manifest["mix"]
    missing = arm.rows.filter(~keep)["tokens_used"].sum()
    assert (told["rows_gone"], told["tokens_missing"]) == (0, missing)
    darwin = Darwin()
    assert darwin("export", "--name", "shown", "--mix", EVALUATION, "--arm", "targeted") == 0
    assert f"short of {missing} of its 700 tokens" in " ".join(darwin.out.split())


def test_a_mix_has_its_own_level_and_batches(climbed):
    project = climbed.project
    arm = read_arm(project.lake, project.ledger, EVALUATION, "targeted")
    with pytest.raises(DarwinError, match="holds rows of L3"):
        exported(project, "a", "L1", mix=arm)
