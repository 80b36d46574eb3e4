"""Light models of one's own: `darwin annotator train` and `compare`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from darwin_assets.cli.output import AsJson, console, out, say, table
from resources.errors import DarwinError

if TYPE_CHECKING:
    import polars as pl

ALARM = 1
app = typer.Typer(help="Train light models from labels, and compare scorers.", no_args_is_help=True)


class AnnotatorError(DarwinError):
    """Labels, texts or scores that cannot be used; the message says what to do."""


@app.command()
def train(
    labels: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Parquet or JSONL with texts and labels.")
    ],
    output: Annotated[Path, typer.Option("--out", help="Folder for the model, its card and its calibration plot.")],
    name: Annotated[str, typer.Option(help="Name of the model, as it will stand in the column scores.")],
    kind: Annotated[str, typer.Option(help="classifier, or perplexity (needs texts only).")] = "classifier",
    text: Annotated[str, typer.Option(help="Column of the texts.")] = "text",
    label: Annotated[str, typer.Option(help="Column of the labels.")] = "label",
    identifier: Annotated[str | None, typer.Option("--id", help="Column of ids; else the text's hash.")] = None,
    labelled_by: Annotated[
        str, typer.Option(help="Who gave the labels, for the card.")
    ] = "persons or models not named",
    as_json: AsJson = False,
) -> None:
    """Distil labels by people or a language model into a fast classifier, or count a perplexity model of texts."""
    from darwin_assets.annotate.distil.labels import read_frame

    if kind not in ("classifier", "perplexity"):
        raise AnnotatorError(f"--kind is classifier or perplexity, not {kind}")
    try:
        frame = read_frame(labels)
        if kind == "perplexity":
            _train_perplexity(frame, output, name, text, as_json)
        else:
            _train_classifier(frame, output, name, (text, label, identifier), labelled_by, as_json)
    except ValueError as error:
        raise AnnotatorError(str(error)) from None


def _train_classifier(
    frame: "pl.DataFrame",
    output: Path,
    name: str,
    columns: tuple[str, str, str | None],
    labelled_by: str,
    as_json: bool,
) -> None:
    from darwin_assets.annotate.distil.distil import distil, write
    from darwin_assets.annotate.distil.labels import labelled_texts
    from darwin_assets.annotate.settings import AnnotateSettings

    texts = labelled_texts(frame, *columns)
    found = distil(texts, name, AnnotateSettings())
    write(found, output, labelled_by)
    report = found.report
    if as_json:
        out(True, {"identity": found.model.identity, "dropped": texts.dropped, **report.as_dict()}, None)
        return
    if texts.dropped:
        say(f"{texts.dropped} rows left out: no text, no label, abstain, or an id that came before")
    rows = [["accuracy", report.accuracy], ["macro F1", report.macro_f1]]
    rows += [[f"AUC {label}", measured] for label, measured in report.auc.items()]
    rows.append(["expected calibration error", f"{report.expected_calibration_error:.3f}"])
    console.print(table([f"on {report.n} documents held out", "value (95 % interval)"], rows))
    say(f'{output}: model, card.md, calibration.svg. To use it: annotate.models = ["{output}"] in the recipe')


def _train_perplexity(frame: "pl.DataFrame", output: Path, name: str, text: str, as_json: bool) -> None:
    from darwin_assets.annotate.examples import all_passages
    from darwin_assets.annotate.perplexity import save, train

    if text not in frame.columns:
        raise ValueError(f"no column {text}; the file has {', '.join(frame.columns)}")
    texts = [*all_passages(), *map(str, frame[text].drop_nulls().to_list())]
    model = train(texts, name)
    save(model, output)
    low, high = model.band(5, 95)
    facts = {"identity": model.identity, "texts": len(texts), "percentile_5": low, "percentile_95": high}
    told = f"{len(texts)} texts; 90 % of those held out have a perplexity of {low:g} to {high:g}. "
    out(as_json, facts, told + f'To use it: annotate.perplexity_model = "{output}" in the recipe')


@app.command()
def compare(
    scores: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Parquet or JSONL with both scores.")],
    first: Annotated[str, typer.Option(help="Column of the scorer that is checked.")],
    second: Annotated[str, typer.Option(help="Column of a scorer that is independent of it.")],
    by: Annotated[
        str, typer.Option(help="Columns whose groups are compared; `length` is made of n_chars.")
    ] = "source,length",
    max_difference: Annotated[
        float | None, typer.Option(help="Mean difference of ranks in a group that raises the alarm; 0.1 unless told.")
    ] = None,
    min_correlation: Annotated[
        float | None, typer.Option(help="Rank correlation below which the alarm is raised; 0.3 unless told.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Is a scorer biased for a source, a discipline or a length? Ends with 1 when the alarm is raised."""
    from dataclasses import asdict

    from darwin_assets.annotate.bias import MAX_GROUP_DIFFERENCE, MIN_CORRELATION, with_length
    from darwin_assets.annotate.bias import compare as compare_scores
    from darwin_assets.annotate.distil.labels import read_frame

    columns = tuple(name.strip() for name in by.split(",") if name.strip())
    try:
        most = MAX_GROUP_DIFFERENCE if max_difference is None else max_difference
        least = MIN_CORRELATION if min_correlation is None else min_correlation
        found = compare_scores(with_length(read_frame(scores)), first, second, columns, most, least)
    except ValueError as error:
        raise AnnotatorError(str(error)) from None
    if as_json:
        out(True, asdict(found), None)
    else:
        say(f"{found.n} documents, rank correlation {found.correlation:.2f} ({found.low:.2f} to {found.high:.2f})")
        rows = [
            [
                one.by,
                one.group,
                one.n,
                f"{one.difference:+.3f}",
                f"{one.low:+.3f} to {one.high:+.3f}",
                "alarm" * one.alarm,
            ]
            for one in found.groups
        ]
        console.print(table(["by", "group", "documents", "difference of ranks", "interval", ""], rows))
        say(f"alarm: {found.reason}" if found.alarm else "no alarm")
    if found.alarm:
        raise typer.Exit(ALARM)
