"""L2: deterministic rules, then verified duplicates against what is published."""

from collections.abc import Mapping

import polars as pl

from darwin_assets.contract import COMMON, REJECTION, row_id
from darwin_assets.filter.rules import EXACT_DUPLICATE
from darwin_assets.filter.screen import SCREEN
from darwin_assets.levels import LEVELS
from darwin_assets.normalize.assets import L1_COLUMNS
from darwin_assets.tier import LevelSpec, Step, level_asset, published_rows

CARRIED = ("media_type", "document_kind", "title")
L2_COLUMNS: dict[str, pl.DataType] = {
    **{name: L1_COLUMNS[name] for name in CARRIED},
    **{name: dtype for name, dtype in SCREEN.items() if name != "id" and name not in REJECTION},
    "exact_key": pl.String(),
    "band_keys": pl.List(pl.Int64()),
    "survivor_id": pl.String(),
    "similarity": pl.Float64(),
}


def build_l2(step: Step, rows: pl.DataFrame, seen: int) -> pl.DataFrame:
    """Judge every row by the rules, then those that remain by what stands before them or is published elsewhere.

    `seen`: the version of the published table that counts as "elsewhere"; the publication is refused if it moved.
    """
    from darwin_assets.filter.duplicates import find_twins
    from darwin_assets.filter.screen import screen
    from darwin_assets.filter.signatures import sign

    settings = step.recipe.filter
    screened = screen(rows.select("id", "text"), settings)
    survivors = screened.filter(pl.col("rejected_by").is_null()).select("id").join(
        rows.select("id", "n_chars", "text"), on="id", how="left", maintain_order="left"
    )  # fmt: skip
    signatures = sign(survivors["id"], survivors["text"], settings)
    table = step.lake.scan("published", "L2", seen).filter(pl.col("batch") != step.batch)
    twins = find_twins(
        signatures,
        dict(survivors.select("id", "text").iter_rows()),
        table.select("id", "batch", "exact_key", "band_keys"),
        lambda ids: _texts(table, ids),
        settings,
    )
    # a survivor of the own batch is known by its parent's id as yet; evidence names the row that is published
    recipe = step.recipe.name_of(SPEC.stage, SPEC.version)
    own = {row: row_id("L2", recipe, [row]) for row in signatures["id"]}
    twins = twins.with_columns(pl.col("survivor_id").replace(own))
    signed = screened.join(signatures, on="id", how="left", maintain_order="left")
    return _reject_twins(signed, twins, settings.min_jaccard)


def _texts(table: pl.LazyFrame, ids: list[str]) -> Mapping[str, str]:
    return dict(table.filter(pl.col("id").is_in(ids)).select("id", "text").collect().iter_rows())


def _reject_twins(signed: pl.DataFrame, twins: pl.DataFrame, min_jaccard: float) -> pl.DataFrame:
    both = signed.join(twins, on="id", how="left", maintain_order="left")
    twin = pl.col("rule").is_not_null()
    return both.with_columns(
        failed_rules=pl.when(twin).then(pl.concat_list("rule")).otherwise("failed_rules"),
        rejected_by=pl.when(twin).then("rule").otherwise("rejected_by"),
        rejected_kind=pl.when(twin).then(pl.lit("rule")).otherwise("rejected_kind"),
        rejected_value=pl.when(twin).then("similarity").otherwise("rejected_value"),
        rejected_threshold=pl.when(pl.col("rule") == EXACT_DUPLICATE)
        .then(pl.lit("= 1"))
        .when(twin)
        .then(pl.lit(f">= {min_jaccard}"))
        .otherwise("rejected_threshold"),
        rejected_detail=pl.when(twin).then(pl.lit("twin of ") + pl.col("survivor_id")).otherwise("rejected_detail"),
    )


SPEC = LevelSpec(
    level="L2",
    asset="l2_filtered",
    stage="filter",
    version=1,
    columns=L2_COLUMNS,
    build=build_l2,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L2'].title}: size, garble, language, Gopher and MathPile rules, verified duplicates; "
    "survivors are byte-identical, every drop names its rule and value.",
    below="l1_normalized",
    below_columns={**COMMON, **L1_COLUMNS},
    parents=published_rows("L1"),
    exclusive=True,
)
l2_filtered = level_asset(SPEC)
