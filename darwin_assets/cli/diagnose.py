"""Why one checkpoint is weaker than another: `darwin diagnose`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from darwin_assets.cli.output import AsJson, out
from resources.errors import DarwinError

if TYPE_CHECKING:
    from darwin_assets.closed_loop.diagnosed import Diagnosed


def diagnose(
    evaluation: Annotated[
        str,
        typer.Argument(
            help="Key of an evaluation, as `darwin land` printed it, or a folder of outputs of two or more checkpoints."
        ),
    ],
    to: Annotated[
        Path | None,
        typer.Option(help="Folder to write to; by default `diagnosis/` and the evaluation's name.", file_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare checkpoints slice by slice and write a report: is it the data, the training, the asking, or chance?"""
    from darwin_assets.closed_loop.diagnosed import by_benchmark, headlines

    name = Path(evaluation).resolve().name
    found = _diagnosed(evaluation)
    written = [str(path) for path in found.write(name, to or Path("diagnosis") / name)]
    verdicts = by_benchmark(found.diagnosis.cells)
    out(as_json, {"verdicts": verdicts.to_dicts(), "files": written}, "\n".join([*headlines(verdicts), *written]))


def _diagnosed(evaluation: str) -> "Diagnosed":
    """Of a folder without the lake; the recipe is the project's, or the defaults."""
    from darwin_assets.batches import KEY
    from darwin_assets.closed_loop.diagnosed import diagnose_evaluation, diagnose_folder
    from darwin_assets.project import open_project
    from darwin_assets.recipe import load_recipe

    project = open_project()
    settings = load_recipe(project.work.recipe_path()).closed_loop
    if KEY.fullmatch(evaluation):
        # also where a report was written to a folder of that name
        return diagnose_evaluation(project.lake, project.ledger, evaluation, settings)
    if not Path(evaluation).is_dir():
        raise DarwinError(f"{evaluation} is neither a folder nor the key of an evaluation, YYYY-MM-DD.source.NNNN")
    return diagnose_folder(Path(evaluation), settings)
