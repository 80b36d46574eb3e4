"""Answers to `darwin whatif`: tables, plots and data of a comparison or a sweep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from darwin_assets.filter.assets import SPEC
from darwin_assets.filter.rules import Rule
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.project import Project
from darwin_assets.recipe import Recipe, load_recipe
from darwin_assets.whatif.histogram import Histogram, histogram
from darwin_assets.whatif.outcome import (
    BYTES_PER_TOKEN,
    COUNTED,
    FREED,
    NEWLY_DROPPED,
    NEWLY_KEPT,
    TWIN_RULES,
    by_rule,
    by_source,
    judge_again,
    twins_elsewhere,
)
from darwin_assets.whatif.proposal import as_recipe, changed_rules, dropping, proposed
from darwin_assets.whatif.stored import Stored, read_stored
from darwin_assets.whatif.svg import curve_svg, histograms_svg
from darwin_assets.whatif.sweep import only_side, parse_sweep, rule_of, sweep
from darwin_assets.whatif.text_plot import curve_lines, histogram_lines

MAX_PLOTS = 6
MAX_NAMED = 20
TOKEN_UNIT = f"bytes of UTF-8 / {BYTES_PER_TOKEN}"


@dataclass(frozen=True)
class Selection:
    """Batches and sources by name; all of them where none is named."""

    batches: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The stored rows under other rules (`judged`), and the settings on both sides."""

    judged: pl.DataFrame
    elsewhere: pl.DataFrame
    before: FilterSettings
    after: FilterSettings
    n_other_recipe: int

    def sources(self) -> pl.DataFrame:
        return by_source(self.judged)

    def rules(self) -> pl.DataFrame:
        return by_rule(self.judged, self.before, self.after)

    def rows_with(self, outcome: str) -> pl.DataFrame:
        """Rows with this outcome: id, batch, source, rejected_by, survivor_id, fails_after."""
        names = ("id", "batch", "source", "rejected_by", "survivor_id", "fails_after")
        return self.judged.filter(pl.col("outcome") == outcome).select(names).sort("batch", "id")

    def histograms(self) -> list[Histogram]:
        """Of the changed rules those that drop or free most, at most `MAX_PLOTS`."""
        pairs = [(old, new) for old, new in changed_rules(self.before, self.after) if new]
        order = dict(self.rules().select("rule", pl.col("newly_dropped") + pl.col("fail_before")).iter_rows())
        pairs.sort(key=lambda pair: -order[pair[1].id])
        return [histogram(self.judged, old, new) for old, new in pairs[:MAX_PLOTS]]

    def svg(self) -> str:
        return histograms_svg(self.histograms())

    def tables(self) -> list[tuple[str, list[str], list[list[Any]]]]:
        """Title, header and rows of each table, as narrow as a terminal wants them."""
        rules = [
            [
                row["rule"],
                f"{row['threshold_before'] or 'off'} → {row['threshold_after'] or 'off'}",
                f"{row['fail_before']} → {row['fail_after']}",
                row["newly_dropped"],
                row["by_it_alone"],
            ]
            for row in self.rules().iter_rows(named=True)
        ]
        sources = self.sources()
        counts, tokens = (
            sources.select("source", *(f"{name}{suffix}" for name in COUNTED)).rows() for suffix in ("", "_tokens")
        )
        header = ["source", *(name.replace("_", " ") for name in COUNTED)]
        return [
            ("changed rules", ["rule", "threshold", "fail", "newly dropped", "by it alone"], rules),
            ("documents", header, [list(row) for row in counts]),
            (f"estimated tokens, {TOKEN_UNIT}", header, [list(row) for row in tokens]),
        ]

    def lines(self) -> list[str]:
        """What the tables do not say: plots, twins, reservations, and the recipe that would do it."""
        lines = [line for shown in self.histograms() for line in (*histogram_lines(shown), "")]
        lines += [
            f"{row['id']} of {row['batch']}: free of {row['survivor_id']}, kept unless it has another twin"
            for row in self.freed()[:MAX_NAMED]
        ]
        if len(self.freed()) > MAX_NAMED:
            lines.append(f"and {len(self.freed()) - MAX_NAMED} freed twins more: --json names all")
        return [*lines, *self.reservations(), *self._recipe_lines()]

    def freed(self) -> list[dict[str, Any]]:
        """Every duplicate whose survivor would go, here and in batches that were not asked for."""
        here = self.rows_with(FREED).select("id", "batch", "survivor_id")
        return pl.concat([here, self.elsewhere.select("id", "batch", "survivor_id")]).to_dicts()

    def reservations(self) -> list[str]:
        """What stored values cannot tell."""
        said = []
        if self.judged["outcome"].is_in([NEWLY_KEPT, FREED]).any():
            said.append(
                "Newly kept is: kept unless a duplicate. Twins are found after the rules, and what a rule had dropped was "
                "never compared; it may also take the place of a twin that is kept now."
            )
        repeaters = self.judged.filter(
            pl.col("rejected_by").str.starts_with(TWIN_RULES), pl.col("survivor_id").is_null()
        )
        if repeaters.height and (self.judged["outcome"] == NEWLY_DROPPED).any():
            said.append(
                f"{repeaters.height} documents were dropped for repeating parts of others: they count as dropped here, and a "
                "run may keep those that repeat only what is newly dropped."
            )
        if self.n_other_recipe:
            said.append(
                f"{self.n_other_recipe} of {self.judged.height} documents were judged by another recipe than the one in "
                "force: a run would change them by the other settings too."
            )
        return said

    def as_dict(self) -> dict[str, Any]:
        return {
            "recipe": as_recipe(self.before, self.after),
            "token_unit": TOKEN_UNIT,
            "n_documents": self.judged.height,
            "n_judged_by_another_recipe": self.n_other_recipe,
            "rules": self.rules().to_dicts(),
            "sources": self.sources().to_dicts(),
            "newly_dropped": self.rows_with(NEWLY_DROPPED).to_dicts(),
            "newly_kept": self.rows_with(NEWLY_KEPT).to_dicts(),
            "freed_twins": self.freed(),
            "reservations": self.reservations(),
        }

    def _recipe_lines(self) -> list[str]:
        found = as_recipe(self.before, self.after)
        return (
            ["", "The recipe that does this:", found] if found else ["These are the rules in force: nothing changes."]
        )


@dataclass(frozen=True)
class Sweep:
    """Points (bound, documents kept, share kept) of one side of a rule."""

    rule: Rule
    side: str
    points: list[tuple[float, int, float]]

    def lines(self) -> list[str]:
        label = f"share kept, by the {self.side} bound of {self.rule.id} (now {self.rule.threshold})"
        return curve_lines(((bound, share) for bound, _, share in self.points), label)

    def svg(self) -> str:
        title = f"{self.rule.id}: documents kept by the {self.side} bound"
        return curve_svg([(bound, share) for bound, _, share in self.points], title, "share kept")

    def as_dict(self) -> dict[str, Any]:
        points = [{"bound": bound, "kept": kept, "kept_share": share} for bound, kept, share in self.points]
        return {"rule": self.rule.id, "side": self.side, "threshold": self.rule.threshold, "points": points}


def compared(
    project: Project, chosen: Selection, thresholds: Mapping[str, str], presets: Iterable[str] = ()
) -> Comparison:
    """What becomes of the stored rows with these bounds and presets in place of the recipe's."""
    recipe = load_recipe(project.work.recipe_path())
    for rule_id in thresholds:
        rule_of(recipe.filter, rule_id)
    after = proposed(recipe.filter, thresholds, presets)
    old_rules = [old for old, _ in changed_rules(recipe.filter, after) if old]
    stored = _stored(project, chosen, [*dropping(after), *old_rules])
    judged = judge_again(stored.rows, after)
    return Comparison(
        judged, twins_elsewhere(judged, stored.twins), recipe.filter, after, _n_other_recipe(stored, recipe)
    )


def swept(project: Project, chosen: Selection, rule_id: str, side: str | None, values: str) -> Sweep:
    """How many of the stored rows would be kept for each value of a bound."""
    recipe = load_recipe(project.work.recipe_path())
    rule = rule_of(recipe.filter, rule_id)
    bounds = parse_sweep(values)
    side = side or only_side(rule)
    stored = _stored(project, chosen, [*dropping(recipe.filter), rule])
    return Sweep(rule, side, sweep(stored.rows, recipe.filter, rule, side, bounds))


def _stored(project: Project, chosen: Selection, rules: list[Rule]) -> Stored:
    return read_stored(project.lake, project.ledger, rules, chosen.batches, chosen.sources)


def _n_other_recipe(stored: Stored, recipe: Recipe) -> int:
    in_force = recipe.name_of(SPEC.stage, SPEC.version)
    return stored.rows.filter(pl.col("recipe") != in_force).height
