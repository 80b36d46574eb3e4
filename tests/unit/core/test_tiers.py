"""What a tier may train in both readings, and that it is earned step by step (papers.md §4.1, §4.6, §5a)."""

import polars as pl
import pytest

from darwin_assets.levels import LEVELS
from darwin_assets.tiers import PHASES, PRESETS, raise_tiers, tiers_for


def risen(level: str, tier: str, evidence: str | None = "before", label: str | None = None) -> tuple[str, str | None]:
    """Tier and evidence of a row that the gate of `level` lets through; `label`: what has worked on it, if not this level."""
    rows = pl.DataFrame(
        {"level": [label or level], "ultradata_tier": [tier], "tier_evidence": [evidence]},
        schema_overrides={"tier_evidence": pl.String()},
    )
    return raise_tiers(rows, level, "now").select("ultradata_tier", "tier_evidence").row(0)


@pytest.mark.parametrize(
    ("level", "tier", "result"),
    [
        ("L1", "L0", ("L0", "before")),
        ("L2", "L0", ("L1", "now")),
        ("L3", "L1", ("L2", "now")),
        ("L4", "L2", ("L3", "now")),
        ("L5", "L3", ("L3", "before")),
        ("L6", "L3", ("L4", "now")),
    ],
)
def test_a_level_raises_a_row_by_one_tier(level, tier, result):
    assert risen(level, tier) == result


@pytest.mark.parametrize(
    ("level", "label", "tier"),
    [
        ("L5", "L4", "L2"),
        ("L5", "L5", "L2"),
        ("Q1", "L3", "L1"),
        ("Q2", "L3", "L1"),
        ("Q4", "L5", "L2"),
        ("L7", "L7", "L3"),
    ],
)
def test_no_gate_earns_the_tier_of_one_below_it_that_was_waived(level, label, tier):
    assert risen(level, tier, label=label) == (tier, "before")


@pytest.mark.parametrize(("label", "result"), [("L5", ("L3", "now")), ("L3", ("L2", "before"))])
def test_a_pair_rises_when_a_model_has_refined_it(label, result):
    assert risen("Q3", "L2", label=label) == result


@pytest.mark.parametrize(("level", "tier"), [("L3", "L0"), ("L4", "L0"), ("L4", "L1"), ("L5", "L1")])
def test_no_tier_is_skipped(level, tier):
    assert risen(level, tier) == (tier, "before")


@pytest.mark.parametrize(("level", "tier"), [("L1", "L1"), ("L2", "L3"), ("L9", "L4")])
def test_a_tier_never_falls(level, tier):
    assert risen(level, tier) == (tier, "before")


def test_raw_rows_have_no_evidence():
    assert risen("L0", "L0", None) == ("L0", None)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_reading_defines_the_tiers_that_levels_reach(preset):
    assert set(PRESETS[preset]) == {level.ultradata_tier for level in LEVELS.values()}
    assert {phase for tier in PRESETS[preset].values() for phase in tier.phases} <= set(PHASES)


@pytest.mark.parametrize(
    ("phase", "official", "seed"),
    [
        ("pretraining_early", ("L1",), ("L0", "L1", "L2")),
        ("pretraining_core", ("L2",), ("L2",)),
        ("mid_training", ("L3",), ("L3",)),
        ("alignment", ("L3",), ("L4",)),
        ("retrieval", ("L4",), ()),
    ],
)
def test_what_a_phase_may_draw_from(phase, official, seed):
    assert (tiers_for(phase), tiers_for(phase, "seed")) == (official, seed)


def test_raw_data_is_a_reserve_officially():
    assert all("L0" not in tiers_for(phase) for phase in PHASES)


def test_an_unknown_phase_is_refused():
    with pytest.raises(ValueError, match="known: pretraining_early"):
        tiers_for("warm-up")
