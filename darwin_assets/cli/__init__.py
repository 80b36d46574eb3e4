"""`darwin`: what a person does outside the Dagster UI; one module a group of commands.

Exit codes: 0 done, 1 an error that says what to do, 2 wrong usage, 3 a gate is closed, 4 a drop was quarantined, 5 a
take-down is not finished: its search found something, 6 a row could not be made again, which does not speak against it.
"""

import typer

from darwin_assets.cli import annotator, evaluate, questions
from darwin_assets.cli.audit import audit
from darwin_assets.cli.bakeoff import bakeoff
from darwin_assets.cli.certificate import certificate
from darwin_assets.cli.costs import costs
from darwin_assets.cli.diagnose import diagnose
from darwin_assets.cli.export import export
from darwin_assets.cli.ladder import land, run, status
from darwin_assets.cli.loss_mask import loss_mask
from darwin_assets.cli.model import model
from darwin_assets.cli.output import complain
from darwin_assets.cli.place import demo, init, ui
from darwin_assets.cli.replay import replay
from darwin_assets.cli.report import report
from darwin_assets.cli.rows import aligned, show
from darwin_assets.cli.rules import curve, whatif
from darwin_assets.cli.takedown import takedown
from darwin_assets.cli.trace import trace
from resources.errors import DarwinError

COMMANDS = (
    init,
    land,
    run,
    status,
    show,
    trace,
    replay,
    audit,
    aligned,
    whatif,
    curve,
    bakeoff,
    costs,
    diagnose,
    loss_mask,
    export,
    takedown,
    certificate,
    model,
    report,
    demo,
    ui,
)

app = typer.Typer(
    help="Refine raw documents into training data, level by level.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(annotator.app, name="annotator")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(questions.app, name="questions")


def main() -> None:
    """Entry point: errors of ours and of the file system are one line on stderr, never a traceback."""
    try:
        app()
    except DarwinError as error:
        complain(str(error))
    except OSError as error:
        complain(f"{error.strerror}: {error.filename}" if error.filename else str(error))
    except UnicodeDecodeError:
        complain("a file is not in UTF-8: save it in this encoding")
    else:
        return
    raise SystemExit(1)
