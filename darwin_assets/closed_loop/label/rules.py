"""The annotator by rules: what is known of the benchmark first, then the item's own words (C03)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from darwin_assets.closed_loop.label.background import background_of
from darwin_assets.closed_loop.label.benchmark import READ, Known, known_of
from darwin_assets.closed_loop.label.form import form_of
from darwin_assets.closed_loop.label.item import Item, Shown, shown
from darwin_assets.closed_loop.label.operations import operations_in
from darwin_assets.closed_loop.taxonomy import OTHER, Slice

STATED, READ_OFF, UNSURE = 1.0, 0.7, 0.3
"""Confidence in a value that the benchmark's entry states; in one that was read off the item; and in a guess, or in what was
read off an item of a benchmark that nothing is known of. `other` has none."""

ASKED_FIELDS = ("background", "task_type", "operations", "form")
"""Fields that an item's words can tell; scorer and rigidity belong to the harness."""

FORMAL = ("mathematics", "counting_problem")
"""Families of rules for items that may be nothing but formal objects."""


@dataclass(frozen=True)
class Label:
    """A slice, and how sure its fields are: 0 to 1, by the names of ASKED_FIELDS."""

    slice: Slice
    sure: dict[str, float]


@cache
def annotator() -> str:
    """The rules by their content."""
    folder = Path(__file__).parent
    content = b"".join(path.read_bytes() for path in sorted([*folder.glob("*.py"), *folder.glob("*.yaml")]))
    return f"rules.{hashlib.sha256(content).hexdigest()[:12]}"


def label_item(item: Item) -> Label:
    """The label of an item; where no checkpoint wrote an output options were weighed, and the scorer is `likelihood`."""
    seen = shown(item)
    stated = known_of(item.benchmark or "", item.subset, item.item_id, calculated=seen.has_results)
    known = stated or Known()
    read_off = UNSURE if stated is None else READ_OFF
    background, background_sure = _told(
        known.background, read_off, lambda: background_of(seen.question, mathematics=known.read in FORMAL)
    )
    form, form_sure = _told(known.form, read_off, lambda: "option_letter" if seen.options else form_of(item.gold))
    operations, operations_sure = _operations(known, seen)
    label = Slice(
        background=background,
        task_type=known.task_type,
        operations=operations,
        form=form,
        scorer=known.scorer if item.written else "likelihood",
        rigidity=known.rigidity if item.written else "free",
    )
    sure = {
        "background": background_sure,
        "task_type": 0.0 if known.task_type == OTHER else STATED,
        "operations": operations_sure,
        "form": form_sure,
    }
    return Label(label, sure)


def _told(stated: str, read_off: float, read: Callable[[], str]) -> tuple[str, float]:
    value, sure = (read(), read_off) if stated == READ else (stated, STATED)
    return value, 0.0 if value == OTHER else sure


def _operations(known: Known, seen: Shown) -> tuple[tuple[str, ...], float]:
    found = {*known.always, *(operations_in(seen.words, known.read) if known.read else ())}
    if found:
        return tuple(found), READ_OFF if known.read else STATED
    return known.otherwise, UNSURE if known.otherwise else 0.0
