"""What a guard says."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from darwin_assets.refine.comparison import Comparison
from darwin_assets.refine.guard_settings import GuardSettings


class GuardResult(NamedTuple):
    """One guard's verdict: `value` was measured, and `passed` says on which side of `threshold` it lies."""

    name: str
    value: float
    threshold: float
    passed: bool


Guard = Callable[[Comparison, GuardSettings], GuardResult]


def at_most(name: str, value: float, threshold: float) -> GuardResult:
    """A guard that a value above the threshold fails."""
    return GuardResult(name, float(value), float(threshold), value <= threshold)


def at_least(name: str, value: float, threshold: float) -> GuardResult:
    """A guard that a value below the threshold fails."""
    return GuardResult(name, float(value), float(threshold), value >= threshold)
