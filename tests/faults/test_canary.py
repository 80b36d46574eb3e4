"""A sentence that stands in every document is nowhere but in the rows of the tables, whatever fails and however."""

import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import dagster as dg
import polars as pl
import pytest

from darwin_assets.definitions import define
from darwin_assets.ladder import ASSETS
from darwin_assets.levels import BUILT
from darwin_assets.project import Project, dagster_instance
from darwin_assets.promotion import published, read_published, read_rejected
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.language_model import LanguageModel
from tests.chat_server import ChatServer, Fault
from tests.drops import make_drop
from tests.faults.aviary import CANARY, SAMPLES, TELLTALE, hidden_songs, leaks, songs
from tests.faults.processes import call, climb, land, project_at
from tests.faults.sabotage import LANDED, Saboteur

pytestmark = pytest.mark.slow

STEPS = dict(zip((asset.key.to_user_string() for asset in ASSETS), (LANDED, *BUILT), strict=True))
Way = Callable[[Saboteur], None]
WAYS: dict[Way, tuple[str, ...]] = {
    Saboteur.reading: (LANDED, *BUILT),
    Saboteur.building: BUILT,
    Saboteur.panic_in_building: BUILT,
    Saboteur.cast_in_building: ("L2", "L3", "L5"),
    Saboteur.candidate: BUILT,
    Saboteur.auditing: BUILT,
    Saboteur.broken_suite: BUILT,
    Saboteur.closed_gate: BUILT,
    Saboteur.rejected: ("L2",),
    Saboteur.published: BUILT,
    Saboteur.showing: BUILT[1:],
}
"""Ways to fail and the steps that can fail so, in the order in which a step gets that far."""
SILENT = (Saboteur.broken_suite.__name__, Saboteur.closed_gate.__name__)
"""Nothing is raised: the gate closes."""


class Outcome(NamedTuple):
    """`messages`: those of the errors below; `leaks`: where the sentence was found afterwards."""

    way: str
    success: bool
    messages: list[str]
    leaks: list[str]


@pytest.fixture
def cage(tmp_path: Path) -> tuple[Path, str]:
    """A project and its only batch, every document of which begins with the sentence."""
    (batch,) = call(land, tmp_path / "home", make_drop(tmp_path / "drop", "aviary", (), songs()))
    return tmp_path / "home", batch


def test_every_step_fails_in_every_way_without_a_word(cage, tmp_path):
    home, batch = cage
    output = tmp_path / "output"
    n_failed = 0
    for asset, step in STEPS.items():
        *failed, healthy = call(fail_in_turn, home, batch, asset, output, output=output)
        assert healthy == Outcome("none", True, [], [])
        for outcome in failed:
            where = f"{outcome.way} in {asset}"
            assert not outcome.success, f"{where} did not fail"
            assert outcome.leaks == [], f"{where} leaks"
            assert outcome.way in SILENT or TELLTALE in "".join(outcome.messages).lower(), f"{where} quotes nothing"
        assert len(failed) == sum(step in steps for steps in WAYS.values())
        n_failed += len(failed)
    print(f"{n_failed} failures, {output.stat().st_size} bytes printed")
    assert output.stat().st_size > 10_000, "the console is silent: nothing was tested"
    assert n_singing(home, batch, "L5") >= len(SAMPLES) - 1


def fail_in_turn(home: Path, batch: str, asset: str, output: Path) -> list[Outcome]:
    """Materialize one asset in every way that fails, and then without sabotage; no excerpts are shown."""
    project = project_at(home, DARWIN_PREVIEW_CHARS="0")
    job = ladder(project)
    ways = [way for way, steps in WAYS.items() if STEPS[asset] in steps]
    outcomes = []
    with dagster_instance(project) as instance:
        for way in ways:
            with pytest.MonkeyPatch.context() as patch:
                saboteur = Saboteur(patch, STEPS[asset])
                way(saboteur)
                success = materialize(job, instance, batch, asset)
            outcomes.append(Outcome(way.__name__, success, saboteur.messages, leaks(home, output)))
        success = materialize(job, instance, batch, asset)
    return [*outcomes, Outcome("none", success, [], leaks(home, output))]


def ladder(project: Project) -> dg.JobDefinition:
    return define(project).resolve_job_def("ladder")


def materialize(job: dg.JobDefinition, instance: dg.DagsterInstance, batch: str, *assets: str) -> bool:
    """As the UI does it: the console shows all that Dagster has to say."""
    keys = [dg.AssetKey(name) for name in assets]
    result = job.execute_in_process(instance=instance, partition_key=batch, asset_selection=keys, raise_on_error=False)
    sys.stderr.flush()
    return result.success


def n_singing(home: Path, batch: str, level: str) -> int:
    """Published rows whose text holds the sentence."""
    lake = Lake(uri=str(home / "lake"))
    rows = read_published(lake, published(lake, GateLedger(lake=lake), level, batch))
    return rows["text"].str.contains(CANARY, literal=True).sum()


def test_a_language_model_repeats_nothing_of_what_it_was_asked(cage, tmp_path):
    home, batch = cage
    output = tmp_path / "output"
    asked = call(ask_in_turn, home, batch, output, output=output)
    assert [outcome.way for outcome in asked] == ["401", "400", "500", "answers"]
    assert not any(outcome.success for outcome in asked)
    assert [TELLTALE in "".join(outcome.messages).lower() for outcome in asked] == [True] * 4
    assert [outcome.leaks for outcome in asked] == [[]] * 4


def ask_in_turn(home: Path, batch: str, output: Path) -> list[Outcome]:
    """Materialize L4 with servers that refuse and quote, and with one whose answers nobody can use."""
    project = project_at(home, DARWIN_PREVIEW_CHARS="0")
    above = [asset for asset, step in STEPS.items() if step < "L4" or step == LANDED]
    outcomes = []
    with dagster_instance(project) as instance:
        assert materialize(ladder(project), instance, batch, *above)
        for status in (401, 400, 500, None):
            with ChatServer(lambda prompt, _, status=status: quoting(status, prompt)) as server:
                model = LanguageModel(engine="openai", base_urls=[server.url], max_attempts=2, backoff_seconds=0.01)
                success = materialize(ladder(replace(project, model=model)), instance, batch, "l4_refined")
            outcomes.append(Outcome(str(status or "answers"), success, [*server.sent], leaks(home, output)))
    return outcomes


def quoting(status: int | None, prompt: str) -> Fault | None:
    """A server that refuses repeats in its reason what it was sent."""
    return None if status is None else Fault("status", status, body=f'{{"error": {{"message": "no: {prompt}"}}}}')


def test_a_parser_that_fails_leaves_its_name_only(cage, tmp_path):
    home, batch = cage
    output = tmp_path / "output"
    told = tmp_path / "told"
    call(fail_to_parse, home, batch, told, output=output)
    messages = told.read_text().splitlines()
    assert all(TELLTALE in message.lower() for message in messages)
    lake = Lake(uri=str(home / "lake"))
    rejected = read_rejected(lake, published(lake, GateLedger(lake=lake), "L1", batch))
    details = rejected.filter(pl.col("rejected_by") == "parser.error")["rejected_detail"].to_list()
    assert details == ["ValueError"] * len(messages) != []
    assert leaks(home, output) == []


def fail_to_parse(home: Path, batch: str, told: Path) -> None:
    """One parser of many fails on all of its documents: they are rejected, the others go on."""
    project = project_at(home, DARWIN_PREVIEW_CHARS="0")
    with dagster_instance(project) as instance, pytest.MonkeyPatch.context() as patch:
        Saboteur(patch, "L1").parsing(told)
        assert materialize(ladder(project), instance, batch, "landed_files", "l0_raw", "l1_normalized")


def test_excerpts_do_not_reach_further_than_they_should(tmp_path):
    home, output = tmp_path / "home", tmp_path / "output"
    (batch,) = call(land, home, make_drop(tmp_path / "drop", "aviary", (), hidden_songs()))
    assert call(climb, home, batch, output=output).error is None
    assert n_singing(home, batch, "L5") == len(SAMPLES)
    assert leaks(home, output) == []


def test_the_search_finds_an_excerpt(cage):
    home, batch = cage
    assert call(climb, home, batch, "L1").error is None
    found = leaks(home)
    assert found
    assert all(place.startswith("home/dagster/") for place in found)


def test_the_search_finds_what_is_not_redacted(cage, tmp_path):
    home, batch = cage
    output = tmp_path / "output"
    assert not call(fail_openly, home, batch, output=output)
    found = leaks(home, output)
    assert "output" in found
    assert any(place.startswith("home/dagster/") for place in found)


def fail_openly(home: Path, batch: str) -> bool:
    project = project_at(home, DARWIN_PREVIEW_CHARS="0")
    with dagster_instance(project) as instance, pytest.MonkeyPatch.context() as patch:
        patch.setattr("darwin_assets.tier.redacted", contextlib.nullcontext)
        Saboteur(patch, "L0").building()
        return materialize(ladder(project), instance, batch, "landed_files", "l0_raw")


def test_a_panic_of_rust_fails_the_step_by_name_only(cage, tmp_path):
    home, batch = cage
    output = tmp_path / "output"
    assert not call(panic, home, batch, output=output)
    printed = output.read_text()
    assert "panicked at" in printed, "what native code prints was not captured"
    assert "L0 of" in printed
    assert "PanicException at" in printed
    assert leaks(home, output) == []


def panic(home: Path, batch: str) -> bool:
    """Polars is asked for more memory than there can be."""
    project = project_at(home, DARWIN_PREVIEW_CHARS="0")
    with dagster_instance(project) as instance, pytest.MonkeyPatch.context() as patch:
        patch.setattr("darwin_assets.acquire.expand.expand", lambda *_: pl.zeros(2**61, eager=True))
        return materialize(ladder(project), instance, batch, "landed_files", "l0_raw")
