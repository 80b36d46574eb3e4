"""L5: cognitive completion, window by window."""

import polars as pl

from darwin_assets.acquire.licences import strictest
from darwin_assets.asking import ask, engine_of, uses_rules
from darwin_assets.complete.assemble import COLUMNS, assemble
from darwin_assets.complete.definitions import find_definitions
from darwin_assets.complete.prompt import messages, prompt_id
from darwin_assets.complete.rules import ENGINE, answers
from darwin_assets.complete.tasks import WindowTask, plan
from darwin_assets.contract import COMMON
from darwin_assets.levels import LEVELS
from darwin_assets.refine.answer import Reply
from darwin_assets.refine.assets import L4_COLUMNS
from darwin_assets.tier import FOLLOWS_PUBLICATION, MODEL_POOL, LevelSpec, Step, level_asset, published_rows

MAX_TOKENS_A_CHARACTER = 1.5
"""Upper bound of an answer's tokens by characters of the window: four to six times a typical window's own tokens."""
CARRIED = ("media_type", "title", "document_kind", "discipline", "document_type")
FOR_THE_CONTRACT = ("operated", "extra_parents")

L5_COLUMNS: dict[str, pl.DataType] = {
    **{name: L4_COLUMNS[name] for name in CARRIED},
    "engine": pl.String(),
    **{name: dtype for name, dtype in COLUMNS.items() if name not in FOR_THE_CONTRACT},
}


def build_l5(step: Step, rows: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """Every window answered by the engine in use, guarded, and joined to its document again.

    The rules engine quotes definitions of other rows of the batch, but only where that leaves the licence as it is.
    """
    settings = step.recipe.complete
    tasks = plan(rows.select("id", "text", "document_kind"), settings)
    replies: dict[str, Reply] = {}
    sources: set[str] = set()
    if uses_rules(step):
        definitions = find_definitions(rows.select("id", "text", "uri", "licence"))
        sources = {one.row_id for one in definitions}
        replies |= answers(rows.select("id", "text", "licence"), tasks, definitions, settings, _leaves_licence)
    else:
        replies |= ask(step, tasks, lambda task: tuple(messages(task.text)), _max_tokens, prompt_id())
    built = assemble(rows.select("id", "text", "document_kind"), tasks, replies, settings, sources)
    return built.with_columns(engine=pl.lit(engine_of(step, ENGINE)))


def _leaves_licence(quoted: str | None, own: str | None) -> bool:
    return quoted is not None and own is not None and strictest([own, quoted]) == own


def _max_tokens(task: WindowTask) -> int:
    return 256 + int(len(task.text) * MAX_TOKENS_A_CHARACTER)


def _ingredients(step: Step) -> list[str]:
    return [engine_of(step, ENGINE), *([] if uses_rules(step) else [prompt_id()])]


SPEC = LevelSpec(
    level="L5",
    asset="l5_completed",
    stage="complete",
    version=1,
    columns=L5_COLUMNS,
    build=build_l5,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L5'].title}: windows of 1,024 tokens made longer by explanation; structure and end point kept, "
    "a window that fails keeps its text, other kinds of documents pass through unchanged.",
    below="l4_refined",
    below_columns={**COMMON, **L4_COLUMNS},
    parents=published_rows("L4"),
    ingredients=_ingredients,
    pool=MODEL_POOL,
    automation=FOLLOWS_PUBLICATION,
)
l5_completed = level_asset(SPEC)
