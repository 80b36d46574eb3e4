"""Parsers that crash, hang, eat memory or print: each costs its own document, and nothing else changes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from darwin_assets.acquire.media_types import detect
from darwin_assets.normalize import workers
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.workers import Outcome, Task, parse_all
from resources.errors import DarwinError

ODD = "tests.unit.normalize.odd_parsers"
TIGHT = NormalizeSettings(parse_cpu_seconds=1, parse_wall_seconds=120, parse_memory_bytes=256 << 20)


@pytest.fixture(autouse=True)
def odd_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PROCESS", ODD)


def outcomes(texts: list[str], n_workers: int = 2, settings: NormalizeSettings = TIGHT) -> list[Outcome]:
    tasks = [Task(number, "text/plain", text.encode()) for number, text in enumerate(texts)]
    with closing(parse_all(tasks, settings, n_workers)) as found:
        pairs = list(found)
    assert [number for number, _ in pairs] == list(range(len(texts)))
    return [outcome for _, outcome in pairs]


def shown(outcome: Outcome) -> object:
    if isinstance(outcome, Document):
        return outcome.text
    return (outcome.rule, outcome.value, outcome.threshold)


TIMEOUT = ("parser.timeout", 1, "..1")
WRECKS = {
    "segfault": ("parser.crashed", signal.SIGSEGV, None),
    "abort": ("parser.crashed", signal.SIGABRT, None),
    "leave": ("parser.crashed", None, None),
    "spin": TIMEOUT,
    "hog": ("parser.memory", 256 << 20, f"..{256 << 20}"),
}


@pytest.mark.slow
@pytest.mark.parametrize("n_workers", [1, 2, 3])
def test_every_wreck_is_named_and_everybody_else_arrives(n_workers: int) -> None:
    texts = [f"good {number}" for number in range(150)]
    for place, wreck in zip((0, 40, 41, 80, 149), WRECKS, strict=True):
        texts[place] = f"{wreck} {place}"
    expected = [WRECKS.get(text.split()[0], text) for text in texts]
    assert [shown(one) for one in outcomes(texts, n_workers)] == expected


@pytest.mark.slow
def test_a_parser_that_waits_is_ended_by_the_clock() -> None:
    settings = TIGHT.model_copy(update={"parse_wall_seconds": 1.0})
    assert [shown(one) for one in outcomes(["a", "sleep", "b"], 1, settings)] == [
        "a",
        ("parser.timeout", 1.0, "..1"),
        "b",
    ]


@pytest.mark.slow
def test_nobody_is_blamed_for_what_an_earlier_document_left() -> None:
    texts = ["hoard", "large", "hoard", "stumble", "good"]
    patient = TIGHT.model_copy(update={"parse_cpu_seconds": 20.0})
    found = [shown(one) for one in outcomes(texts, 1, patient)]
    assert found == ["hoard", f"large {180 << 20}", "hoard", "stumble", "good"]


def test_what_parsers_print_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    assert [shown(one) for one in outcomes(["whisper a secret", "good"])] == ["whisper a secret", "good"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_processes_stay_alive_and_are_replaced_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "MESSAGE_DOCUMENTS", 5)
    assert len(set(map(shown, outcomes(["who"] * 30, 1)))) == 1
    monkeypatch.setattr(workers, "RETIREMENT_DOCUMENTS", 10)
    assert len(set(map(shown, outcomes(["who"] * 30, 1)))) == 3


def test_a_missing_library_stops_the_step() -> None:
    with pytest.raises(ImportError, match="no_such_module"):
        outcomes(["good", "missing"])


def test_parsers_that_do_not_start_stop_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PROCESS", "tests.unit.no_such_process")
    with pytest.raises(DarwinError, match=r"python -m tests.unit.no_such_process"):
        outcomes(["good" * 50_000])


def test_what_needs_no_parser_starts_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_Worker", None)
    settings = NormalizeSettings(max_document_bytes=3)
    found = parse_all([Task(1, "image/png", b"x"), Task(2, "text/plain", b"1234")], settings, 2)
    assert [shown(one) for _, one in found] == [("format.unsupported", None, None), ("document.too_large", 4, "..3")]


def test_documents_are_drawn_only_as_processes_come_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "MESSAGE_DOCUMENTS", 2)
    drawn: list[int] = []

    def endless():
        while True:
            drawn.append(len(drawn))
            yield Task(drawn[-1], "text/plain", b"good")

    with closing(parse_all(endless(), TIGHT, 1)) as found:
        assert next(found)[0] == 0
    assert len(drawn) == 2


PARENT = """
import sys, time
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize import workers
from darwin_assets.normalize.workers import Task, parse_all
workers.PROCESS = "tests.unit.normalize.odd_parsers"
tasks = [Task(n, "text/plain", text) for n, text in enumerate((b"who", b"sleep"))]
settings = NormalizeSettings()
for _, outcome in parse_all(tasks, settings, 1):
    print(outcome.text.split()[-1], flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("doing", ["idle", "spin"])
def test_a_killed_parent_leaves_no_process_behind(doing: str) -> None:
    program = PARENT
    if doing == "spin":
        program = PARENT.replace("sleep", "spin").replace(
            "NormalizeSettings()", "NormalizeSettings(parse_cpu_seconds=2)"
        )
    else:
        program = PARENT.replace('b"sleep"', 'b"good"').replace("flush=True)", "flush=True); time.sleep(60)")
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _lives(child)
        parent.kill()
    deadline = time.monotonic() + 30
    while _lives(child):
        assert time.monotonic() < deadline, "the parser outlived its parent"
        time.sleep(0.05)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.slow
@pytest.mark.shared_data
def test_real_documents_come_out_as_they_do_in_this_process(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PROCESS", "darwin_assets.normalize.worker_process")
    settings = NormalizeSettings()
    folders = ("textbooks/openlogic", "html/scipy-doc", "pdf/ocrmypdf", "papers/sympy-paper")
    paths = [path for folder in folders for path in sorted((shared_data / folder).rglob("*")) if path.is_file()]
    documents = [(detect(path.name, data[:65536]), data) for path in paths if (data := path.read_bytes())]
    here = [parsed_here(*document, settings) for document in documents]
    for n_workers in (1, 3):
        with closing(parse_all((Task(0, *document) for document in documents), settings, n_workers)) as found:
            assert [fields(outcome) for _, outcome in found] == here
    assert sum("rule" in one for one in here) > 3


def parsed_here(media_type: str, data: bytes, settings: NormalizeSettings) -> dict[str, object]:
    try:
        return fields(parse(data, media_type, settings))
    except Unreadable as error:
        return fields(error)


def fields(outcome: Outcome) -> dict[str, object]:
    return {name: value for name, value in vars(outcome).items() if not name.startswith("_")}
