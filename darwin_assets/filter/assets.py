"""L2: deterministic rules, then verified duplicates against what is published."""

from collections.abc import Iterator

import polars as pl

from darwin_assets.contract import COMMON, REJECTION, row_id
from darwin_assets.filter.deduplicate import DUPLICATION, deduplicate
from darwin_assets.filter.published_keys import comparable_keys
from darwin_assets.filter.screen import SCREEN, screen
from darwin_assets.filter.signatures import SIGNATURE, sign
from darwin_assets.levels import LEVELS
from darwin_assets.normalize.assets import L1_COLUMNS
from darwin_assets.tier import LevelSpec, Step, level_asset, published_rows
from resources.recipe_book import RecipeBook

CARRIED = ("media_type", "document_kind", "title")
L2_COLUMNS: dict[str, pl.DataType] = {
    **{name: L1_COLUMNS[name] for name in CARRIED},
    **{name: dtype for name, dtype in SCREEN.items() if name != "id" and name not in REJECTION},
    **{name: dtype for name, dtype in DUPLICATION.items() if name != "id"},
}


def build_l2(step: Step, rows: pl.DataFrame, seen: int) -> pl.DataFrame:
    """Judge every row by the rules, then those that remain by what stands before them or is published elsewhere.

    `seen`: the version of the published table that counts as "elsewhere"; the publication is refused if it moved.
    """
    return filter_rows(step, rows, step.lake.scan("published", "L2", seen).filter(pl.col("batch") != step.batch))


def filter_rows(step: Step, rows: pl.DataFrame, table: pl.LazyFrame) -> pl.DataFrame:
    """Judge rows (id, text, uri) by the rules, and by the rows of L2 in `table` that count as published."""
    settings = step.recipe.filter
    screened = screen(rows.select("id", "text"), settings)
    remaining = screened.filter(pl.col("rejected_by").is_null()).select("id").join(
        rows.select("id", "text", "uri"), on="id", how="left", maintain_order="left"
    )  # fmt: skip
    keys = comparable_keys(
        table, RecipeBook(step.lake), list(SIGNATURE), settings.signs_like, ("id", "text", "uri"),
        lambda published: sign(published, settings),
    )  # fmt: skip
    judged = deduplicate(remaining, keys, lambda wanted: _published_texts(table, wanted), settings)
    recipe = step.recipe.name_of(SPEC.stage, SPEC.version)
    return reject_twins(screened, _with_published_ids(judged, recipe))


def _published_texts(table: pl.LazyFrame, wanted: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The texts of some published rows (batch, id), a few at a time: partitions without any of them are not opened."""
    found = table.filter(
        pl.col("batch").is_in(wanted["batch"].unique().to_list()) & pl.col("id").is_in(wanted["id"].implode())
    )
    yield from found.select("id", "text").collect_batches(maintain_order=False, engine="streaming")


def _with_published_ids(judged: pl.DataFrame, recipe: str) -> pl.DataFrame:
    """A survivor of the own batch is known by its parent's id as yet; evidence names the row that is published."""
    named = pl.concat([judged["survivor_id"], judged["older_id"]]).unique().drop_nulls()
    own = judged.filter(pl.col("id").is_in(named.implode()))["id"]
    published = {row: row_id("L2", recipe, [row]) for row in own}
    return judged.with_columns(pl.col("survivor_id", "older_id").replace(published))


def reject_twins(screened: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """The screened rows, those rejected that `judged` has a rule for."""
    both = screened.join(judged, on="id", how="left", maintain_order="left")
    gone = pl.col("rule").is_not_null()
    detail = pl.when(pl.col("survivor_id").is_not_null()).then(pl.lit("twin of ") + pl.col("survivor_id"))
    return both.with_columns(
        failed_rules=pl.when(gone).then(pl.concat_list("rule")).otherwise("failed_rules"),
        rejected_by=pl.when(gone).then("rule").otherwise("rejected_by"),
        rejected_kind=pl.when(gone).then(pl.lit("rule")).otherwise("rejected_kind"),
        rejected_value=pl.when(gone).then("value").otherwise("rejected_value"),
        rejected_threshold=pl.when(gone).then("threshold").otherwise("rejected_threshold"),
        rejected_detail=pl.when(gone)
        .then(detail.otherwise(pl.lit("repeats earlier documents of its batch")))
        .otherwise("rejected_detail"),
    )


SPEC = LevelSpec(
    level="L2",
    asset="l2_filtered",
    stage="filter",
    version=4,
    columns=L2_COLUMNS,
    build=build_l2,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L2'].title}: size, garble, language, Gopher and MathPile rules, verified duplicates; "
    "survivors are byte-identical, every drop names its rule and value.",
    below="l1_normalized",
    below_columns={**COMMON, **L1_COLUMNS},
    parents=published_rows("L1"),
    own=frozenset({"n_words"}),
    exclusive=True,
)
l2_filtered = level_asset(SPEC)
