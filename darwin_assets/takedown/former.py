"""Ids that rows made from a document had in earlier runs: by other recipes, and replaced since.

What a language model answered then is kept under them, and rows of other batches may name one as their survivor.
"""

from collections.abc import Iterable

import polars as pl

from darwin_assets.contract import row_id
from darwin_assets.levels import BUILT
from resources.gate_ledger import GateLedger

Recipes = dict[str, list[str]]
"""By level."""


def recipes_of(ledger: GateLedger, batches: Iterable[str]) -> dict[str, Recipes]:
    """By batch the recipes that a gate has judged it by, at each level."""
    rows = (
        ledger.all()
        .filter(pl.col("batch").is_in(list(batches)))
        .select("batch", "level", "recipe")
        .unique()
        .sort("recipe")
    )
    found: dict[str, Recipes] = {}
    for batch, level, recipe in rows.iter_rows():
        found.setdefault(batch, {}).setdefault(level, []).append(recipe)
    return found


def all_ids(landed_id: str, locator: str, recipes: Recipes) -> list[tuple[str, str]]:
    """(id, level) of every row that can have been made from one document alone.

    A document of several files is not among these: only its rows that stand in the lake are known.
    """
    above, found = [landed_id], []
    for level in BUILT:
        position = locator if level == BUILT[0] else ""
        above = [row_id(level, recipe, [parent], position) for parent in above for recipe in recipes.get(level, [])]
        found += [(one, level) for one in above]
    return found


def all_roots(ledger: GateLedger, documents: pl.DataFrame) -> pl.DataFrame:
    """(root_id, landed_id, locator): the ids of documents (resolve.ROOTS) at L0, those too that no row has any more.

    Rows of the levels above bear a former one for as long as these have not been made anew.
    """
    names = documents.drop_nulls("root_id").select("root_id", "landed_id", "locator", "batch")
    recipes = recipes_of(ledger, names["batch"].unique())
    several = [batch for batch, by_level in recipes.items() if len(by_level.get(BUILT[0], [])) > 1]
    places = names.filter(pl.col("batch").is_in(several)).select("landed_id", "locator", "batch").unique()
    former = [
        (row_id(BUILT[0], recipe, [landed_id], locator or ""), landed_id, locator)
        for landed_id, locator, batch in places.iter_rows()
        for recipe in recipes[batch][BUILT[0]]
    ]
    found = names.drop("batch")
    return pl.concat([found, pl.DataFrame(former, schema=found.schema, orient="row")]).unique()


def under_all_ids(roots: Iterable[str], names: pl.DataFrame) -> set[str]:
    """Ids of documents with the other ids that the same documents have or had; `names` as `all_roots` gives them."""
    known = {*roots}
    ours = names.filter(pl.col("root_id").is_in(list(known)))
    return known | {*names.join(ours, on=["landed_id", "locator"], how="semi", nulls_equal=True)["root_id"]}
