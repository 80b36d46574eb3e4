"""Asking about rules before they run: `darwin whatif` and `darwin curve`."""

from pathlib import Path
from typing import Annotated

import typer

from darwin_assets.cli.output import AsJson, console, out, print_json, say, table

Rules = Annotated[list[str] | None, typer.Option("--rule", help="Id of a rule of L2; once for each --threshold.")]
Thresholds = Annotated[
    list[str] | None, typer.Option("--threshold", help="Its bounds, low..high: 3..12, 8192.. or ..0.5.")
]
Presets = Annotated[list[str] | None, typer.Option("--preset", help="Judge by these presets instead of the recipe's.")]
Batches = Annotated[list[str] | None, typer.Option("--batch", help="Batch key; all published batches by default.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Name of a source; all by default.")]
Plot = Annotated[Path | None, typer.Option("--plot", help="Write the plot as SVG.", dir_okay=False)]


def whatif(
    rule: Rules = None,
    threshold: Thresholds = None,
    preset: Presets = None,
    batch: Batches = None,
    source: Sources = None,
    sweep: Annotated[str | None, typer.Option(help="Share kept for bounds low..high/step, such as 2..6/0.5.")] = None,
    bound: Annotated[str | None, typer.Option(help="Which bound --sweep moves: low or high.")] = None,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """What other rules of L2 would change, from stored values: nothing is run, no text is read."""
    from darwin_assets.project import open_project
    from darwin_assets.whatif import report

    project = open_project()
    rules, thresholds = rule or [], threshold or []
    chosen = report.Selection(tuple(batch or ()), tuple(source or ()))
    if sweep is not None:
        if len(rules) != 1 or thresholds or preset:
            raise typer.BadParameter("--sweep takes one --rule, and neither --threshold nor --preset")
        if bound not in {None, "low", "high"}:
            raise typer.BadParameter("--bound is low or high")
        found = report.swept(project, chosen, rules[0], bound, sweep)
        _save(plot, found.svg())
        out(as_json, found.as_dict(), "\n".join(found.lines()))
        return
    if len(rules) != len(thresholds) or not (rules or preset):
        raise typer.BadParameter("give each --rule a --threshold, or give a --preset")
    told = report.compared(project, chosen, dict(zip(rules, thresholds, strict=True)), preset or ())
    _save(plot, told.svg())
    if as_json:
        print_json(told.as_dict())
        return
    for title, header, rows in told.tables():
        console.print(f"[bold]{title}[/bold]")
        console.print(table(header, rows))
    say("\n".join(told.lines()))


def curve(
    bands: Annotated[int, typer.Option(min=1, help="Bands of the signature.")] = 14,
    rows: Annotated[int, typer.Option(min=1, help="Hashes a band.")] = 8,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """The chance that MinHash-LSH compares two documents, by their Jaccard similarity."""
    from darwin_assets.filter.probability import even_chance, probability_curve
    from darwin_assets.whatif.svg import curve_svg
    from darwin_assets.whatif.text_plot import curve_lines

    points = probability_curve(bands, rows)
    even = even_chance(bands, rows)
    title = f"{bands} bands of {rows} rows: 1 - (1 - s^{rows})^{bands}, even chance at s = {even:.4f}"
    _save(plot, curve_svg(points, title, "chance to be compared"))
    data = {
        "bands": bands,
        "rows": rows,
        "even_chance": even,
        "curve": [{"similarity": s, "chance": p} for s, p in points],
    }
    out(as_json, data, "\n".join([title, *curve_lines(points, "chance to be compared, by similarity")]))


def _save(plot: Path | None, svg: str) -> None:
    if plot is not None:
        plot.write_text(svg, encoding="utf-8")
