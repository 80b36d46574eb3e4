"""L4: refinement chunk by chunk, faithful or reorganising."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from darwin_assets.annotate.assets import L3_COLUMNS
from darwin_assets.asking import ask, engine_of, uses_rules
from darwin_assets.contract import COMMON
from darwin_assets.judge import report
from darwin_assets.judge.facts import REPORT_COLUMNS, report_columns
from darwin_assets.judge.sample import sample
from darwin_assets.judging import ask_reports, judge_of, models_of
from darwin_assets.levels import LEVELS
from darwin_assets.prompts import identity
from darwin_assets.recipe import RecipeError
from darwin_assets.refine.answer import EngineReply
from darwin_assets.refine.assemble import COLUMNS, Outcome
from darwin_assets.refine.prompt import rules_of
from darwin_assets.refine.recipes import RECIPES
from darwin_assets.refine.requeue import SEEDS, TEMPERATURE, replaced, to_ask_again
from darwin_assets.refine.rules import ENGINE, answer
from darwin_assets.refine.tasks import ChunkTask
from darwin_assets.refine.work import Work, refinement
from darwin_assets.tier import FOLLOWS_PUBLICATION, MODEL_POOL, LevelSpec, Step, level_asset, published_rows
from resources.language_model import ChatReply

L4_COLUMNS: dict[str, pl.DataType] = {
    **{name: L3_COLUMNS[name] for name in ("media_type", "title", "document_kind", "discipline", "document_type")},
    "engine": pl.String(),
    "refine_recipe": pl.String(),
    "prompt": pl.String(),
    **COLUMNS,
    **REPORT_COLUMNS,
}


def build_l4(step: Step, rows: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """Every chunk answered by the engine in use, guarded, and joined to its document again."""
    settings = step.recipe.refine
    work, outcomes = refine(step, rows, RECIPES[settings.recipe].prompt)
    built = work.build(outcomes).with_columns(
        engine=pl.lit(engine_of(step, ENGINE)),
        refine_recipe=pl.lit(settings.recipe),
        prompt=pl.lit(None if uses_rules(step) else work.prompt_id, pl.String()),
    )
    kept = set(built.filter(pl.col("rejected_by").is_null())["id"])
    judged = _judged(step, rules_of(work.prompt), [one for one in outcomes if one.task.row_id in kept])
    return built.join(judged, on="id", how="left", maintain_order="left")


def refine(step: Step, rows: pl.DataFrame, prompt: Path) -> tuple[Work[ChunkTask, Outcome], list[Outcome]]:
    """The chunks of rows (`id`, `text`), and what became of each by the engine in use; the rules engine needs no prompt."""
    settings = step.recipe.refine
    work = refinement(rows, settings, prompt)
    if uses_rules(step):
        return work, work.outcomes((task.key, EngineReply(answer(task.text, settings))) for task in work.tasks)
    outcomes = work.outcomes(_ask(step, work))
    for number in range(1, settings.max_requeues + 1):
        again = replace(work, tasks=to_ask_again(outcomes, settings))
        if not again.tasks:
            break
        replies = _ask(step, again, temperature=TEMPERATURE, seed=number * SEEDS)
        outcomes = replaced(outcomes, again.outcomes(replies))
    return work, outcomes


def _ask(step: Step, work: Work[ChunkTask, Outcome], **sampling: Any) -> Iterator[tuple[str, ChatReply]]:
    return ask(step, work.tasks, work.messages, work.max_tokens, work.prompt_id, work.decisions.refused, **sampling)


def _judged(step: Step, rules: Mapping[str, str], outcomes: Iterable[Outcome]) -> pl.DataFrame:
    """`id` and REPORT_COLUMNS of the documents in the judge's sample."""
    judge, n = judge_of(step), step.recipe.refine.judge_sample
    if judge is None or not n:
        return report_columns({}, "")
    chunks: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for outcome in outcomes:
        chunks[outcome.task.row_id].append((outcome.task.text, outcome.text))
    judged = ask_reports(step, judge, rules, {row_id: chunks[row_id] for row_id in sample(chunks, n)})
    return report_columns(judged, judge.fingerprint())


def _ingredients(step: Step) -> list[str]:
    settings = step.recipe.refine
    if uses_rules(step) and settings.recipe != "faithful":
        raise RecipeError(
            f'refine.recipe = "{settings.recipe}" needs a language model, and none is set: set DARWIN_LLM_URL or '
            'DARWIN_LLM_GGUF, or refine.recipe = "faithful"'
        )
    judge = judge_of(step) if settings.judge_sample else None
    return [
        engine_of(step, ENGINE),
        *([] if uses_rules(step) else [identity(RECIPES[settings.recipe].prompt)]),
        *([judge.fingerprint(), identity(report.PROMPT)] if judge else []),
    ]


SPEC = LevelSpec(
    level="L4",
    asset="l4_refined",
    stage="refine",
    version=4,
    columns=L4_COLUMNS,
    build=build_l4,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L4'].title}: chunks of 1,024 characters cleaned by the engine in use, guarded against unfaithful "
    "rewriting, joined back; a chunk that fails keeps its original text.",
    below="l3_annotated",
    below_columns={**COMMON, **L3_COLUMNS},
    parents=published_rows("L3"),
    ingredients=_ingredients,
    models=lambda step: models_of(step, step.recipe.refine.judge_sample),
    pool=MODEL_POOL,
    automation=FOLLOWS_PUBLICATION,
)
l4_refined = level_asset(SPEC)
