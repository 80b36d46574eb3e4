"""Benchmarks put to a language model, and outputs of other harnesses: `darwin evaluate list`, `run`, `suite` and `read`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast
from uuid import uuid4

import typer

from darwin_assets.cli.output import AsJson, console, out, print_json, say, table

if TYPE_CHECKING:
    from darwin_assets.evaluation.benchmark import Task
    from darwin_assets.evaluation.records import Metrics
    from darwin_assets.evaluation.run import Plan, Stores
    from darwin_assets.project import Project

app = typer.Typer(help="Evaluate a language model, and read what other harnesses wrote.", no_args_is_help=True)

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help="Folder of the benchmarks; else that of DARWIN_BENCHMARKS.", file_okay=False, exists=True
    ),
]
Configuration = Annotated[
    Path | None,
    typer.Option("--benchmarks", help="YAML file of benchmarks; else those of this project.", dir_okay=False),
]


@app.command("list")
def list_benchmarks(data: Data = None, benchmarks: Configuration = None, as_json: AsJson = False) -> None:
    """The benchmarks that can be run, and the files that are missing for it."""
    from darwin_assets.evaluation.benchmark import BENCHMARKS, coverage, load_registry
    from darwin_assets.project import open_project

    registry = load_registry(benchmarks or BENCHMARKS)
    found = coverage(registry, data or _folder(open_project()))
    if as_json:
        print_json({one.name: {**registry.find(one.name).model_dump(), "missing": one.missing} for one in found})
        return
    entries = [(one, registry.find(one.name)) for one in found]
    rows = [[one.name, ", ".join(entry.tasks), entry.eval_fn, ", ".join(one.missing)] for one, entry in entries]
    console.print(table(["benchmark", "tasks", "scorer", "missing files"], rows))


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="A benchmark of `darwin evaluate list`.")],
    output: Annotated[Path, typer.Option("--out", help="Folder for predictions and metrics.", file_okay=False)],
    data: Data = None,
    benchmarks: Configuration = None,
    task: Annotated[str, typer.Option(help="sft for a chat model, cot for a base model.")] = "sft",
    model_name: Annotated[
        str | None, typer.Option(help="Name of the model in the folders; else as it is served.")
    ] = None,
    max_new_tokens: Annotated[int | None, typer.Option(min=1, help="Longest output.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0.0, help="Of sampling.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of sampling.")] = None,
    repeats: Annotated[int | None, typer.Option(min=1, help="Outputs for each item; several give pass@k.")] = None,
    shards: Annotated[int | None, typer.Option(min=1, help="Parts that are finished one by one.")] = None,
    shard: Annotated[
        list[int] | None, typer.Option(help="Do these parts only, from 0; then merge by a run of all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask, score and write; what is finished in the folder is kept, what was answered before is not asked again."""
    from pydantic import ValidationError

    from darwin_assets.evaluation.benchmark import BENCHMARKS, EvaluationError, load_registry
    from darwin_assets.evaluation.run import Plan, evaluate
    from darwin_assets.evaluation.settings import EvaluationSettings
    from darwin_assets.project import open_project

    if task not in ("sft", "cot"):
        raise typer.BadParameter("--task is sft or cot")
    given = {
        "max_new_tokens": max_new_tokens, "temperature": temperature, "seed": seed, "n_repeats": repeats, "n_shards": shards
    }  # fmt: skip
    try:
        settings = EvaluationSettings.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        raise EvaluationError("; ".join(one["msg"] for one in error.errors())) from None
    benchmark = load_registry(benchmarks or BENCHMARKS).find(name)
    project = open_project()
    try:
        model = model_name or project.model.check_ready().model
        plan = Plan(name, benchmark, cast("Task", task), model, data or _folder(project), output, settings)
        found = evaluate(plan, project.model, _stores(project, plan), shards=shard)
    finally:
        project.model.close()
    if shard:
        say(f"shards {', '.join(map(str, shard))} of {name} are done; run without --shard to merge them")
        return
    chances = _pass_at_k(plan)
    folders = [str(plan.folder(repeat).path) for repeat in plan.repeats()]
    lines = [*map(_line, found, folders), *(f"pass@{k} {chance:.4f}" for k, chance in chances.items())]
    out(as_json, {"metrics": found, "pass_at_k": chances, "folders": folders}, "\n".join(lines))


@app.command()
def suite(
    outputs: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The --out of the runs.")],
    model_name: Annotated[str, typer.Argument(help="The model as the runs named it.")],
    name: Annotated[str, typer.Option("--suite", help="Which benchmarks.")] = "megascience",
    benchmarks: Configuration = None,
    task: Annotated[str, typer.Option(help="sft or cot.")] = "sft",
    as_json: AsJson = False,
) -> None:
    """What the finished runs of a model come to: accuracy by benchmark (of repeats the mean), average where all are there."""
    from darwin_assets.evaluation.benchmark import BENCHMARKS, EvaluationError, load_registry
    from darwin_assets.evaluation.folders import TaskFolder
    from darwin_assets.evaluation.merge import is_done, read_metrics
    from darwin_assets.evaluation.summary import mean_of_repeats, suite_result

    registry = load_registry(benchmarks or BENCHMARKS)
    if name not in registry.suites:
        raise EvaluationError(f"no suite {name!r}; known: {', '.join(registry.suites)}")
    folders = {entry: TaskFolder.all_of(outputs, model_name, entry, task) for entry in registry.benchmarks}
    metrics = {
        entry: mean_of_repeats([read_metrics(repeat) for repeat in repeats])
        for entry, repeats in folders.items()
        if repeats and all(is_done(repeat, None) for repeat in repeats)
    }
    found = suite_result(registry.suites[name], metrics)
    rows = [[benchmark, f"{accuracy:.2f}"] for benchmark, accuracy in found.accuracies.items()]
    average = "none: a benchmark is missing" if found.average is None else f"{found.average:.2f}"
    shown = table(["benchmark", "accuracy, %"], [*rows, ["average", average]])
    out(as_json, asdict(found), shown)
    if found.missing and not as_json:
        say(f"missing: {', '.join(found.missing)}")


@app.command()
def read(
    folder: Annotated[Path, typer.Argument(exists=True, help="Outputs of a harness: a file, or a folder of many.")],
    output: Annotated[Path, typer.Option("--out", help="Parquet file for the rows.", dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Outputs of lm-evaluation-harness, lighteval, HELM, Inspect, EvalScope, OpenCompass and others as one table."""
    import polars as pl

    from darwin_assets.evaluation.outputs import read_file, read_outputs

    samples = read_outputs(folder).samples if folder.is_dir() else read_file(folder)
    samples.write_parquet(output)
    by = ("format", "benchmark", "subset", "model", "metric", "scorer")
    sums = samples.group_by(by).agg(rows=pl.len(), mean=pl.col("score").mean().round(4), errors=pl.col("error").count())
    shown = sums.sort(by, nulls_last=True)
    out(as_json, shown.to_dicts(), table(shown.columns, [list(row) for row in shown.iter_rows()]))


def _folder(project: "Project") -> Path:
    """Where the manifest of the benchmarks lies: their files are beside it."""
    return project.work.benchmarks_path().parent


def _stores(project: "Project", plan: "Plan") -> "Stores":
    """The lake's stored answers and its ledger of calls, where an evaluation stands in the place of a level."""
    from darwin_assets.evaluation.run import Stores
    from darwin_assets.tier import answer_store, call_table
    from resources.language_model.call_table import Purpose

    run_id, fingerprint = f"evaluation-{uuid4()}", project.model.fingerprint()
    purpose = Purpose(run_id, plan.name, "evaluation", plan.prompt_id, fingerprint)
    return Stores(answer_store(project.lake), call_table(project.lake).open(purpose, project.model.prices()))


def _pass_at_k(plan: "Plan") -> dict[int, float]:
    """Of one output and of all, where there are several for each item."""
    from darwin_assets.evaluation.merge import read_predictions
    from darwin_assets.evaluation.summary import pass_at

    if (n := plan.settings.n_repeats) == 1:
        return {}
    repeats = [read_predictions(plan.folder(repeat)) for repeat in plan.repeats()]
    return {k: pass_at(repeats, k) for k in (1, n)}


def _line(metrics: "Metrics", folder: str) -> str:
    return (
        f"accuracy {metrics['accuracy']:.4f} of {metrics['n_samples']:,}: {metrics['n_truncated']:,} cut off, "
        f"{metrics['n_no_answer']:,} without an answer, {metrics['n_timeout']:,} not scored in time, "
        f"{metrics['n_failed']:,} not scored; {folder}"
    )
