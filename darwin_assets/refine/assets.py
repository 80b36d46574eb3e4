"""L4: faithful refinement, chunk by chunk."""

import polars as pl

from darwin_assets.annotate.assets import L3_COLUMNS
from darwin_assets.asking import ask, engine_of, uses_rules
from darwin_assets.contract import COMMON
from darwin_assets.levels import LEVELS
from darwin_assets.refine.answer import EngineReply, Reply
from darwin_assets.refine.assemble import COLUMNS, assemble
from darwin_assets.refine.prompt import messages, prompt_id
from darwin_assets.refine.rules import ENGINE, answer
from darwin_assets.refine.tasks import ChunkTask, plan
from darwin_assets.tier import FOLLOWS_PUBLICATION, MODEL_POOL, LevelSpec, Step, level_asset, published_rows

MAX_TOKENS_A_CHARACTER = 1.0
"""Upper bound of an answer's tokens by characters of the chunk: far above any tokenizer's rate on text that is faithful."""

L4_COLUMNS: dict[str, pl.DataType] = {
    **{name: L3_COLUMNS[name] for name in ("media_type", "title", "document_kind", "discipline", "document_type")},
    "engine": pl.String(),
    **COLUMNS,
}


def build_l4(step: Step, rows: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """Every chunk answered by the engine in use, guarded, and joined to its document again."""
    settings = step.recipe.refine
    tasks = plan(rows.select("id", "text"), settings)
    replies: dict[str, Reply] = (
        {task.key: EngineReply(answer(task.text, settings)) for task in tasks}
        if uses_rules(step)
        else dict(ask(step, tasks, lambda task: tuple(messages(task.text)), _max_tokens, prompt_id()))
    )
    built = assemble(rows.select("id", "text"), tasks, replies, settings)
    return built.with_columns(engine=pl.lit(engine_of(step, ENGINE)))


def _max_tokens(task: ChunkTask) -> int:
    return 64 + int(len(task.text) * MAX_TOKENS_A_CHARACTER)


def _ingredients(step: Step) -> list[str]:
    return [engine_of(step, ENGINE), *([] if uses_rules(step) else [prompt_id()])]


SPEC = LevelSpec(
    level="L4",
    asset="l4_refined",
    stage="refine",
    version=1,
    columns=L4_COLUMNS,
    build=build_l4,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L4'].title}: chunks of 1,024 characters cleaned by the engine in use, guarded against unfaithful "
    "rewriting, joined back; a chunk that fails keeps its original text.",
    below="l3_annotated",
    below_columns={**COMMON, **L3_COLUMNS},
    parents=published_rows("L3"),
    ingredients=_ingredients,
    pool=MODEL_POOL,
    automation=FOLLOWS_PUBLICATION,
)
l4_refined = level_asset(SPEC)
