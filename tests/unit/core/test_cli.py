"""`darwin` as a person and a program use it: words, JSON and exit codes; a real lake, a real run."""

import io
import json
import os
import socket
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer
import yaml

from darwin_assets import cli
from darwin_assets.cli.certificate import places
from darwin_assets.cli.output import console, table
from darwin_assets.cli.place import WORKSPACE
from darwin_assets.cli.rows import what
from darwin_assets.cli.takedown import NOT_CLEAN, tell
from darwin_assets.project import dagster_instance, open_project
from darwin_assets.takedown.count import Counts
from darwin_assets.takedown.run import Outcome
from tests.drops import DROPS

SHORT = "A note that is far too short to teach anybody anything."
BASIC = ("--source", "notes", "--licence", "CC0-1.0")


class Darwin:
    """Calls the entry point in this process; what it printed and how it ended."""

    code: int
    out: str
    err: str

    def __call__(self, *arguments: object) -> int:
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["darwin", *map(str, arguments)])
            self.code = 0
            try:
                cli.main()
            except SystemExit as ended:
                self.code = int(ended.code or 0)
        self.out, self.err = out.getvalue(), err.getvalue()
        return self.code

    def json(self, *arguments: object) -> Any:
        self(*arguments, "--json")
        return json.loads(self.out)


@pytest.fixture
def darwin() -> Darwin:
    return Darwin()


@pytest.fixture(scope="module")
def closed(tmp_path_factory) -> tuple[Path, Darwin]:
    """A home in which one batch was run up to a gate that closed, as L2 keeps nothing of it; and that run's outcome."""
    folder = tmp_path_factory.mktemp("closed")
    (folder / "notes").mkdir()
    (folder / "notes" / "short.txt").write_text(SHORT, encoding="utf-8")
    (folder / "notes" / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    outcome = Darwin()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("DARWIN_", "DAGSTER_HOME"))]:
            patch.delenv(name)
        patch.setenv("DARWIN_HOME", str(folder / "home"))
        assert outcome("init") == 0
        assert outcome("land", folder / "notes", *BASIC) == 0
        outcome("run", *_taken(folder / "home"), "--to", "L2", "--json")
    return folder / "home", outcome


@pytest.fixture
def in_closed(closed, home, monkeypatch) -> Path:
    monkeypatch.setenv("DARWIN_HOME", str(closed[0]))
    return closed[0]


def _taken(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "landing" / "taken").iterdir())


@pytest.mark.slow
def test_the_installed_program_ends_with_the_exit_code(home):
    program = Path(sys.executable).parent / "darwin"
    ended = subprocess.run([program, "status"], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("darwin: ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.slow
def test_init_makes_a_home_once(darwin, home):
    assert darwin("init") == 0
    assert "tables made" in darwin.out
    made = {path.name for path in home.iterdir()}
    assert made == {"lake", "landing", "recipe.toml", "policy.toml", "dagster"}
    (home / "recipe.toml").write_text("[filter]\nshingle_words = 7\n", encoding="utf-8")
    assert darwin("init") == 0
    assert darwin.out.startswith("0 tables made")
    assert (home / "recipe.toml").read_text(encoding="utf-8") == "[filter]\nshingle_words = 7\n"


def test_every_place_can_be_named(darwin, home, tmp_path, monkeypatch):
    places = {
        "DARWIN_LAKE": tmp_path / "a" / "lake",
        "DARWIN_LANDING": tmp_path / "b" / "landing",
        "DARWIN_RECIPE": tmp_path / "c" / "my.toml",
        "DARWIN_POLICY": tmp_path / "c" / "policy.toml",
        "DAGSTER_HOME": tmp_path / "d" / "dagster",
    }
    for name, place in places.items():
        monkeypatch.setenv(name, str(place))
    assert darwin("init") == 0
    assert all(place.exists() for place in places.values())
    assert not home.exists()


@pytest.mark.slow
def test_homes_know_nothing_of_each_other(darwin, in_closed, tmp_path, monkeypatch):
    assert len(darwin.json("status")) == 3
    monkeypatch.setenv("DARWIN_HOME", str(tmp_path / "other"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    darwin("init")
    assert darwin.json("status") == []
    assert darwin("status") == 0
    assert "darwin land" in darwin.out


def test_without_arguments_there_is_help(darwin):
    assert darwin() == 2
    assert "Usage" in darwin.out + darwin.err
    assert darwin("--help") == 0
    for verb in ("init", "land", "run", "status", "show", "aligned", "whatif", "curve", "costs", "demo", "ui"):
        assert verb in darwin.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["land"],
        ["land", "no-such-folder", *BASIC],
        ["run"],
        ["show"],
        ["run", "x", "--too", "L3"],
        ["whatif"],
        ["whatif", "--rule", "size.bytes"],
        ["whatif", "--threshold", "3.."],
        ["curve", "--bands", "0"],
        ["whatif", "--sweep", "1..2/1"],
        ["whatif", "--rule", "size.bytes", "--sweep", "1..2/1", "--bound", "up"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(darwin, home, arguments):
    assert darwin(*arguments) == 2
    assert "Traceback" not in darwin.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status"], "run `darwin init` first"),
        (["costs"], "make it with `darwin init`"),
        (["show", "0123456789"], "run `darwin init` first"),
        (["run", "2026-01-31.books.0001"], "run `darwin init` first"),
        (["land", __file__, *BASIC], "run `darwin init` first"),
    ],
    ids=["status", "costs", "show", "run", "land"],
)
def test_before_init_every_verb_says_what_to_do(darwin, home, arguments, said):
    assert darwin(*arguments) == 1
    assert said in darwin.err.lower()
    assert darwin.err.startswith("darwin: ")
    assert "Traceback" not in darwin.err
    assert darwin.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "books"], "is not a batch key"),
        (["run", "2026-01-31.books.0001"], "is not known"),
        (["run", "2026-01-31.books.0001", "--to", "L7"], "is not a level that can be run"),
        (["run", "2026-01-31.books.0001", "--to", "gold"], "is not a level that can be run"),
        (["show", "abc"], "at least 8 digits"),
        (["show", "0" * 32], "no row or landed file"),
        (["whatif", "--rule", "size.bytes", "--threshold", "600.."], "nothing is published at L2"),
        (["whatif", "--rule", "size.bytes", "--threshold", "600"], "low..high"),
        (["whatif", "--rule", "size.byte", "--threshold", "600.."], "is no rule with a threshold"),
        (["whatif", "--rule", "duplicate.near", "--threshold", "..0.5"], "is no rule with a threshold"),
        (["whatif", "--preset", "slimpajama"], "slimpajama"),
        (["whatif", "--rule", "size.bytes", "--sweep", "1..2"], "low..high/step"),
        (["land", __file__], "--source and --licence are needed"),
        (["land", __file__, "--source", "My Notes", "--licence", "CC0-1.0"], "--source: "),
        (["land", __file__, "--source", "notes", "--licence", "free"], "--licence: "),
    ],
)
def test_an_error_is_one_line_and_exit_code_1(darwin, in_closed, arguments, said):
    assert darwin(*arguments) == 1
    assert said in darwin.err
    assert len(darwin.err.splitlines()) == 1
    assert darwin.out == ""


def test_a_waiver_needs_both_names(darwin, in_closed):
    (batch,) = _taken(in_closed)
    assert darwin("run", batch, "--to", "L2", "--reason", "because") == 1
    assert "both an approver and a reason" in darwin.err


@pytest.mark.slow
def test_a_broken_recipe_is_an_error_that_names_it(darwin, in_closed, tmp_path, monkeypatch):
    (tmp_path / "my.toml").write_text("[filter]\nmin_word = 1\n", encoding="utf-8")
    monkeypatch.setenv("DARWIN_RECIPE", str(tmp_path / "my.toml"))
    (batch,) = _taken(in_closed)
    assert darwin("run", batch, "--to", "L0") == 1
    assert "filter.min_word" in darwin.err
    assert "Traceback" not in darwin.err


def test_a_folder_that_cannot_be_made_is_no_traceback(darwin, home, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DARWIN_HOME", str(tmp_path / "file" / "home"))
    assert darwin("init") == 1
    assert darwin.err.startswith("darwin: ")
    assert "Traceback" not in darwin.err


def test_a_bad_drop_is_exit_code_4(darwin, in_closed, tmp_path):
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "manifest.yaml").write_text("source: notes\n", encoding="utf-8")
    assert darwin("land", tmp_path / "drop") == 4
    assert "quarantined: manifest.yaml: licence: Field required" in darwin.out
    assert darwin("land", tmp_path / "drop", "--json") == 4
    assert "licence" in json.loads(darwin.out)["refused"]


@pytest.mark.slow
def test_landing_prints_the_key_and_the_next_command(darwin, home, tmp_path):
    darwin("init")
    assert darwin("land", __file__, *BASIC) == 0
    (first,) = _taken(home)
    assert darwin.out == f"landed as {first}. Next: darwin run {first}\n"
    second = darwin.json("land", __file__, *BASIC)["batch"]
    assert second == first.replace("0001", "0002")


def test_a_closed_gate_is_exit_code_3_and_still_json(closed):
    _, outcome = closed
    assert outcome.code == 3
    report = json.loads(outcome.out)
    assert report["gate_closed"] is True
    assert [(one["level"], one["said"]) for one in report["levels"]] == [
        ("L0", "passed"),
        ("L1", "passed"),
        ("L2", "closed"),
    ]
    assert outcome.err == f"darwin: {report['error']}\n"
    assert report["error"].endswith(
        "an empty batch is never promoted (ExpectTableRowCountToBeBetween 0); rejected: 1 by size.bytes"
    )
    assert [one["rejected_by"] for one in report["levels"]] == [{}, {"pdf.malformed": 1}, {"size.bytes": 1}]
    assert SHORT not in outcome.out


def test_status_tells_what_is_published(darwin, in_closed):
    cells = {cell["level"]: cell for cell in darwin.json("status")}
    (batch,) = _taken(in_closed)
    assert {cell["batch"] for cell in cells.values()} == {batch}
    assert {level: cell["verdict"] for level, cell in cells.items()} == {"L0": "passed", "L1": "passed", "L2": "closed"}
    assert cells["L2"]["published_version"] is None
    assert cells["L1"]["published_version"] is not None
    assert (cells["L1"]["n_in"], cells["L1"]["n_kept"], cells["L1"]["n_rejected"]) == (2, 1, 1)
    assert darwin("status") == 0
    assert batch in darwin.out
    assert "closed" in darwin.out


@pytest.mark.slow
def test_levels_that_stand_are_not_done_again(darwin, in_closed):
    (batch,) = _taken(in_closed)
    report = darwin.json("run", batch, "--to", "L1")
    assert [one["said"] for one in report["levels"]] == ["passed, as before", "passed, as before"]
    assert report["error"] is None
    assert darwin("run", batch, "--to", "L1") == 0
    assert darwin.out.splitlines()[-1] == "L1 rejected 1 by pdf.malformed"
    with dagster_instance(open_project()) as instance:
        (run, *_) = instance.get_runs(limit=1)
    # as the page of the job in the UI asks for its runs
    assert run.tags[".dagster/repository"] == f"__repository__@{_location()}"


def _location() -> str:
    (entry,) = yaml.safe_load(WORKSPACE.read_text(encoding="utf-8"))["load_from"]
    return str(entry["python_module"]["location_name"])


def ids(home: Path, zone: str, level: str) -> list[str]:
    return pl.scan_delta(str(home / "lake" / zone / level)).select("id").collect()["id"].to_list()


def test_show_tells_why_a_row_was_rejected_and_where_it_comes_from(darwin, in_closed):
    (row,) = ids(in_closed, "rejected", "L1")
    found = darwin.json("show", row)
    assert found["row"]["zone"] == "rejected"
    assert found["row"]["rejected_by"] == "pdf.malformed"
    assert [one["level"] for one in found["ancestors"]] == ["L0"]
    assert [one["path"] for one in found["landed"]] == ["broken.pdf"]
    assert darwin("show", row[:8]) == 0
    assert darwin.out.startswith("rejected/L1: rejected by pdf.malformed (")


def test_show_of_a_rule_begins_with_value_and_threshold(darwin, in_closed):
    found = {"zone": "rejected", "table": "L2", "rejected_by": "size.bytes", "rejected_value": 1 / 3}
    assert what({**found, "rejected_threshold": "8192.."}) == (
        "rejected/L2: rejected by size.bytes, value 0.333333; kept when 8192.."
    )
    (row,) = ids(in_closed, "published", "L1")
    assert darwin("show", row) == 0
    assert darwin.out.startswith("published/L1\n")


def test_the_ui_starts_where_it_is_called_and_says_where_it_will_be(darwin, home, tmp_path, monkeypatch):
    """A relative path in the environment means the same to all commands."""
    started: list[list[str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DARWIN_LANDING", "drops")
    # the command sets them for good, since it becomes Dagster
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    monkeypatch.setattr(os, "execv", lambda _program, arguments: started.append([str(Path.cwd()), *arguments]))
    assert darwin("ui", "--port", "3210") == 0
    assert "http://127.0.0.1:3210" in darwin.out
    (folder, *arguments) = started[0]
    assert Path(folder).samefile(tmp_path)
    assert Path(arguments[arguments.index("-w") + 1]).is_file()
    assert (tmp_path / "drops" / "incoming").is_dir()


def test_the_ui_does_not_start_on_a_port_that_is_taken(darwin, in_closed):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert darwin("ui", "--port", other.getsockname()[1]) == 1
    assert "is taken" in darwin.err
    assert "--port" in darwin.err


def test_a_takedown_of_nothing_says_so(darwin, in_closed):
    assert darwin("takedown", "--uri", "https://example.org/misspelt") == 0
    assert "No document of the lake is meant by it" in darwin.out


def test_show_prints_text_only_when_asked(darwin, in_closed):
    (row,) = ids(in_closed, "published", "L1")
    assert "text" not in darwin.json("show", row)["row"]
    assert darwin.json("show", row, "--text")["row"]["text"] == SHORT


def test_a_certificate_names_each_place_once():
    hit = {"place": "lake", "file": "published/L1/part-0", "row": "a", "where": "column text", "n_windows": 3}
    assert places([hit, {**hit, "row": "b"}]) == ["Found in lake: published/L1/part-0"]


def test_every_takedown_that_is_finished_is_told_behind_one_that_is_not(capsys):
    counts = Counts(1, 1, {}, 0, 0, 0, {}, {}, 1, 0)
    with pytest.raises(typer.Exit) as ended:
        tell([Outcome("aa", counts, clean=False), Outcome("bb", counts, clean=True)], as_json=False)
    said = capsys.readouterr()
    assert ended.value.exit_code == NOT_CLEAN
    assert "take-down bb: 0.0 s" in said.out
    assert "take-down aa is not finished" in said.err


def test_files_as_windows_writes_them_are_read_or_refused_in_one_line(darwin, home, tmp_path):
    assert darwin("init") == 0
    name, recipe = tmp_path / "name", home / "recipe.toml"
    recipe.write_text("[filter]\nshingle_words = 7\n", encoding="utf-8-sig")
    name.write_text("Zoë Quillfeather\r\n", encoding="utf-8-sig")
    assert darwin.json("takedown", "--identifier", name)["documents"] == 0
    name.write_text("Zoë Quillfeather", encoding="latin-1")
    assert darwin("takedown", "--identifier", name) == 1
    assert darwin.err == "darwin: the file of the identifier is not in UTF-8: save it in this encoding\n"
    recipe.write_text("# é\n", encoding="latin-1")
    assert darwin("takedown", "--uri", "drop:a/b") == 0
    assert darwin("takedown", "--text", name) == 1
    assert darwin.err == f"darwin: {recipe} is not in UTF-8: save it in this encoding\n"


def test_no_take_down_to_resume_is_an_empty_list(darwin, home):
    assert darwin("init") == 0
    assert darwin.json("takedown", "--resume") == []


def test_words_in_brackets_are_printed_as_they_stand(capsys):
    console.print(table(["column", "value"], [["text", "see [bold]this[/b] and [/nothing]"]]))
    assert "[bold]this[/b] and [/nothing]" in capsys.readouterr().out


def test_the_curve_is_the_probability_of_lsh(darwin, home, tmp_path):
    told = darwin.json("curve", "--bands", "9", "--rows", "13", "--plot", tmp_path / "curve.svg")
    chances = {point["similarity"]: point["chance"] for point in told["curve"]}
    assert chances[0.5] == pytest.approx(1 - (1 - 0.5**13) ** 9)
    assert (chances[0.0], chances[1.0]) == (0.0, 1.0)
    assert told["even_chance"] == pytest.approx((1 - 0.5 ** (1 / 9)) ** (1 / 13))
    assert (tmp_path / "curve.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert darwin("curve") == 0
    assert "14 bands of 8 rows" in darwin.out


@pytest.mark.slow
def test_whatif_tells_in_words_as_data_and_as_a_plot_and_runs_nothing(darwin, home, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "long.md").write_bytes((DROPS / "preprints" / "markdown" / "hardy-weinberg.md").read_bytes())
    (tmp_path / "notes" / "short.txt").write_text(SHORT, encoding="utf-8")
    darwin("init")
    darwin.json("land", tmp_path / "notes", *BASIC)
    (home / "recipe.toml").write_text("[filter.thresholds]\n'size.bytes' = '600..'\n", encoding="utf-8")
    assert darwin("run", *_taken(home), "--to", "L2") == 0
    before = sorted(path.name for path in (home / "lake").rglob("*.json"))
    asked = ("whatif", "--rule", "prose.words", "--threshold", "1..100")
    told = darwin.json(*asked)
    assert [row["rejected_by"] for row in told["newly_dropped"]] == [None]
    assert told["newly_kept"] == []
    assert told["sources"][-1]["kept"] == 1
    assert told["n_judged_by_another_recipe"] == 0
    assert darwin(*asked, "--plot", tmp_path / "plot.svg") == 0
    for said in ("prose.words", "newly dropped", "estimated tokens", "after 100", '"prose.words" = "1..100"'):
        assert said in darwin.out
    assert (tmp_path / "plot.svg").read_text(encoding="utf-8").startswith("<svg ")
    points = darwin.json("whatif", "--rule", "prose.words", "--sweep", "1..1001/500", "--bound", "low")["points"]
    assert [point["kept"] for point in points] == [1, 0, 0]
    assert sorted(path.name for path in (home / "lake").rglob("*.json")) == before
