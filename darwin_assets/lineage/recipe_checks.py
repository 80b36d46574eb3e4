"""Whether the recipe book is what the recipes' names say: a name ends with a hash of settings and ingredients."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from darwin_assets.levels import TABLES
from darwin_assets.lineage.evidence import Evidence
from darwin_assets.lineage.findings import Finding

BOOK = "ledger/recipes"


def check_recipes(evidence: Evidence) -> Iterator[Finding]:
    """Entries that were edited or put in, and recipes that rows were published by and that the book has no more."""
    for entry in evidence.recipes.iter_rows(named=True):
        if not _is_as_named(entry):
            yield Finding("recipe", BOOK, f"the settings of {entry['recipe']} are not those that made its name")
    sealed = {one.verdict for one in evidence.all_seals if one.level in TABLES and one.verdict}
    used = evidence.verdicts.filter(pl.col("verdict").is_in(sealed))["recipe"]
    for recipe in sorted({*used} - {*evidence.recipes["recipe"]}):
        yield Finding("recipe", BOOK, f"{recipe} has made rows and is not in the book: they cannot be made again")


def _is_as_named(entry: Mapping[str, Any]) -> bool:
    """Compares as `Recipe.name_of` has made the name, from what is stored alone: settings may be of an older version."""
    try:
        settings, ingredients = json.loads(entry["settings"]), json.loads(entry["ingredients"])
        asked = [
            json.dumps([role, manner["ladder"]], sort_keys=True)
            for role, manner in sorted(json.loads(entry["models"]).items())
        ]
    except (KeyError, TypeError, ValueError):
        return False
    payload = json.dumps([settings, *ingredients], sort_keys=True)
    name = f"{entry['stage']}/{entry['version']}:{hashlib.sha256(payload.encode()).hexdigest()[:16]}"
    return name == entry["recipe"] and (not asked or ingredients[-len(asked) :] == asked)
