"""The changed rules as settings of L2: what a person proposes is what a recipe could say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from darwin_assets.filter.rules import DROP, PRESETS, Rule, build_rules, preset
from darwin_assets.filter.settings import FilterSettings
from resources.errors import DarwinError


def proposed(settings: FilterSettings, thresholds: Mapping[str, str], presets: Iterable[str] = ()) -> FilterSettings:
    """Return settings with other bounds for some rules, and with other presets when any are named.

    A rule whose preset is not in force joins alone: the other rules of that preset are disabled. DarwinError for a rule,
    preset or threshold that L2 does not have.
    """
    chosen = list(presets) or list(settings.presets)
    disabled = set(settings.disabled_rules) - set(thresholds)
    for name in PRESETS:
        ids = {rule.id for rule in preset(name)}
        if name not in chosen and ids & set(thresholds):
            chosen.append(name)
            disabled |= ids - set(thresholds)
    changes = {
        "presets": chosen,
        "thresholds": {**settings.thresholds, **thresholds},
        "disabled_rules": sorted(disabled),
    }
    try:
        return FilterSettings.model_validate({**settings.model_dump(exclude_unset=True), **changes})
    except ValidationError as error:
        raise DarwinError(
            "; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
        ) from None


def dropping(settings: FilterSettings) -> tuple[Rule, ...]:
    """Return the rules in force that drop, in the order of judgement."""
    return tuple(rule for rule in build_rules(settings) if rule.action == DROP)


def changed_rules(before: FilterSettings, after: FilterSettings) -> list[tuple[Rule | None, Rule | None]]:
    """Return (before, after) of each dropping rule that differs; None where it is not in force."""
    old = {rule.id: rule for rule in dropping(before)}
    new = {rule.id: rule for rule in dropping(after)}
    ids = dict.fromkeys((*new, *old))
    return [(old.get(name), new.get(name)) for name in ids if old.get(name) != new.get(name)]


def as_recipe(before: FilterSettings, after: FilterSettings) -> str:
    """Return the lines of a recipe file that put the proposal into force; empty when nothing differs."""
    lines = [
        f"{name} = {json.dumps(list(getattr(after, name)))}"
        for name in ("presets", "disabled_rules")
        if getattr(after, name) != getattr(before, name)
    ]
    if after.thresholds != before.thresholds:
        lines.append("[filter.thresholds]")
        lines += [f"{json.dumps(rule)} = {json.dumps(bounds)}" for rule, bounds in after.thresholds.items()]
    return "\n".join(["[filter]", *lines]) if lines else ""
