"""L3: labels and scores by light models; keeps or drops, never edits."""

import polars as pl

from darwin_assets.annotate.annotate import COLUMNS, annotate
from darwin_assets.annotate.light_model import annotator
from darwin_assets.contract import COMMON
from darwin_assets.filter.assets import L2_COLUMNS
from darwin_assets.levels import LEVELS
from darwin_assets.tier import LevelSpec, Step, level_asset, published_rows

L3_COLUMNS: dict[str, pl.DataType] = {"media_type": pl.String(), "title": pl.String(), **COLUMNS}


def build_l3(step: Step, rows: pl.DataFrame, _seen: int) -> pl.DataFrame:
    return annotate(rows.select("id", "text", "title", "document_kind", "media_type"), step.recipe.annotate)


def _annotator(_step: Step) -> list[str]:
    return [annotator()]


SPEC = LevelSpec(
    level="L3",
    asset="l3_annotated",
    stage="annotate",
    version=1,
    columns=L3_COLUMNS,
    build=build_l3,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L3'].title}: discipline, document type, education level and score by a light model; documents "
    "without educational value are dropped, the text is never touched.",
    below="l2_filtered",
    below_columns={**COMMON, **L2_COLUMNS},
    parents=published_rows("L2"),
    ingredients=_annotator,
)
l3_annotated = level_asset(SPEC)
