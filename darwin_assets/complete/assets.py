"""L5: cognitive completion, window by window."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from darwin_assets.acquire.licences import strictest
from darwin_assets.asking import ask, engine_of, uses_rules
from darwin_assets.complete.assemble import COLUMNS, Outcome
from darwin_assets.complete.definitions import find_definitions
from darwin_assets.complete.prompt import COMPLETION
from darwin_assets.complete.rules import ENGINE, answers
from darwin_assets.complete.tasks import WindowTask
from darwin_assets.complete.work import completion
from darwin_assets.contract import COMMON
from darwin_assets.judge import pairwise
from darwin_assets.judge.facts import DUEL_COLUMNS, duel_columns
from darwin_assets.judge.pairwise import Duel
from darwin_assets.judge.sample import sample
from darwin_assets.judging import ask_duels, judge_of, models_of
from darwin_assets.levels import LEVELS
from darwin_assets.prompts import identity
from darwin_assets.refine.assets import L4_COLUMNS
from darwin_assets.refine.work import Work
from darwin_assets.tier import FOLLOWS_PUBLICATION, MODEL_POOL, LevelSpec, Step, level_asset, published_rows

CARRIED = ("media_type", "title", "document_kind", "discipline", "document_type", "refine_recipe")
FOR_THE_CONTRACT = ("operated", "extra_parents")

L5_COLUMNS: dict[str, pl.DataType] = {
    **{name: L4_COLUMNS[name] for name in CARRIED},
    "engine": pl.String(),
    "prompt": pl.String(),
    **{name: dtype for name, dtype in COLUMNS.items() if name not in FOR_THE_CONTRACT},
    **DUEL_COLUMNS,
}


def build_l5(step: Step, rows: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """Every window answered by the engine in use, guarded, and joined to its document again."""
    return build_among(step, rows, rows)


def build_among(step: Step, rows: pl.DataFrame, batch_rows: pl.DataFrame) -> pl.DataFrame:
    """Some rows of a batch as `build_l5` makes them of all: the rules engine quotes definitions of the whole batch."""
    work, outcomes = complete(step, rows, COMPLETION, batch_rows)
    built = work.build(outcomes).with_columns(
        engine=pl.lit(engine_of(step, ENGINE)),
        prompt=pl.lit(None if uses_rules(step) else work.prompt_id, pl.String()),
    )
    return built.join(_judged(step, outcomes), on="id", how="left", maintain_order="left")


def complete(
    step: Step, rows: pl.DataFrame, prompt: Path, batch_rows: pl.DataFrame | None = None
) -> tuple[Work[WindowTask, Outcome], list[Outcome]]:
    """The windows of rows (`id`, `text`, `document_kind`, `uri`, `licence`), and what became of each by the engine in use.

    The rules engine needs no prompt. It quotes definitions of other rows, of `batch_rows` where these are more than `rows`,
    but only where that leaves the licence as it is.
    """
    settings = step.recipe.complete
    if not uses_rules(step):
        work = completion(rows, settings, prompt)
        asked = ask(step, work.tasks, work.messages, work.max_tokens, work.prompt_id, work.decisions.refused)
        return work, work.outcomes(asked)
    batch_rows = rows if batch_rows is None else batch_rows
    found = find_definitions(batch_rows.select("id", "text", "uri", "licence"))
    work = completion(rows, settings, prompt, {one.row_id for one in found})
    said = answers(batch_rows.select("id", "text", "licence"), work.tasks, found, settings, _leaves_licence)
    return work, work.outcomes(said.items())


def _leaves_licence(quoted: str | None, own: str | None) -> bool:
    return quoted is not None and own is not None and strictest([own, quoted]) == own


def _judged(step: Step, outcomes: Iterable[Outcome]) -> pl.DataFrame:
    """`id` and DUEL_COLUMNS of the documents in the judge's sample: one completed window of each against its original."""
    judge, n = judge_of(step), step.recipe.complete.judge_sample
    if judge is None or not n:
        return duel_columns([], "")
    completed: dict[str, dict[str, Outcome]] = defaultdict(dict)
    for outcome in outcomes:
        if outcome.state == "completed":
            completed[outcome.task.row_id][outcome.task.key] = outcome
    chosen = [completed[row_id][sample(completed[row_id], 1)[0]] for row_id in sample(completed, n)]
    duels = [Duel(one.task.row_id, one.task.text, one.task.text, one.text) for one in chosen]
    return duel_columns(ask_duels(step, judge, pairwise.L5_PROMPT, duels), judge.fingerprint())


def _ingredients(step: Step) -> list[str]:
    judge = judge_of(step) if step.recipe.complete.judge_sample else None
    return [
        engine_of(step, ENGINE),
        *([] if uses_rules(step) else [identity(COMPLETION)]),
        *([judge.fingerprint(), identity(pairwise.L5_PROMPT)] if judge else []),
    ]


SPEC = LevelSpec(
    level="L5",
    asset="l5_completed",
    stage="complete",
    version=4,
    columns=L5_COLUMNS,
    build=build_l5,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L5'].title}: windows of 1,024 tokens made longer by explanation; structure and end point kept, "
    "a window that fails keeps its text, other kinds of documents pass through unchanged.",
    below="l4_refined",
    below_columns={**COMMON, **L4_COLUMNS},
    parents=published_rows("L4"),
    own=frozenset(L5_COLUMNS) - frozenset(CARRIED),
    ingredients=_ingredients,
    models=lambda step: models_of(step, step.recipe.complete.judge_sample),
    pool=MODEL_POOL,
    automation=FOLLOWS_PUBLICATION,
)
l5_completed = level_asset(SPEC)
