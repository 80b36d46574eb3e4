"""Processes that score: none can hold up or end a run."""

import os
import signal
from collections.abc import Iterator

import pytest

from darwin_assets.evaluation.scoring import pool
from darwin_assets.evaluation.scoring.pool import score_all
from darwin_assets.evaluation.scoring.settings import ScoringSettings
from darwin_assets.evaluation.scoring.verdict import Attempt

EASY = Attempt("maths", r"\boxed{2(x+1)}", ("2x+2",), finish_reason="stop")
HANGS = Attempt("maths", r"\boxed{2^{10000000000}+x}", ("x+1",), finish_reason="length")
SETTINGS = ScoringSettings(seconds=1, n_workers=2, memory_bytes=2**30)
ONE = SETTINGS.model_copy(update={"n_workers": 1, "seconds": 3})
SYMBOLIC = ("scored", "symbolic")


@pytest.mark.slow
def test_a_hanging_item_is_counted_and_holds_nobody_up() -> None:
    verdicts = list(score_all([EASY, HANGS, EASY, EASY], SETTINGS))
    assert [verdict.accuracy for verdict in verdicts] == [1, 0, 1, 1]
    assert [verdict.status for verdict in verdicts] == ["scored", "timeout", "scored", "scored"]
    assert (verdicts[1].prediction, verdicts[1].truncated) == ((), True)


@pytest.mark.slow
def test_an_item_that_needs_too_much_memory_is_counted() -> None:
    small = SETTINGS.model_copy(update={"memory_bytes": 2**28, "seconds": 20, "n_workers": 1})
    large = "5" * 2**27
    verdicts = list(score_all([Attempt("text", large, (large,)), EASY], small))
    assert verdicts[0].status in ("out_of_memory", "error")
    assert verdicts[1].accuracy == 1


@pytest.mark.slow
def test_verdicts_come_in_the_order_of_the_attempts_and_equal_those_of_one_process() -> None:
    attempts = [Attempt("maths", rf"\boxed{{{n}}}", (str(n % 3),)) for n in range(40)]
    many = list(score_all(attempts, SETTINGS))
    assert [verdict.prediction for verdict in many] == [(str(n),) for n in range(40)]
    assert many == list(score_all(attempts, SETTINGS.model_copy(update={"n_workers": 1})))


@pytest.mark.slow
def test_attempts_are_drawn_as_processes_come_free() -> None:
    drawn = []

    def attempts() -> Iterator[Attempt]:
        for n in range(10):
            drawn.append(n)
            yield EASY

    verdicts = score_all(attempts(), ONE)
    next(verdicts)
    assert len(drawn) <= 2
    verdicts.close()


@pytest.mark.slow
def test_a_process_that_is_stopped_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "WALL_FACTOR", 2)
    stop_at(monkeypatch, HANGS, signal.SIGSTOP)
    verdicts = list(score_all([EASY, HANGS, EASY], ONE))
    assert [(verdict.status, verdict.reason) for verdict in verdicts] == [SYMBOLIC, ("timeout", "wall_time"), SYMBOLIC]


@pytest.mark.slow
def test_a_process_that_dies_costs_its_item_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_at(monkeypatch, HANGS, signal.SIGKILL)
    verdicts = list(score_all([EASY, HANGS, EASY], ONE))
    assert [(verdict.status, verdict.reason) for verdict in verdicts] == [SYMBOLIC, ("error", "crashed"), SYMBOLIC]


def stop_at(monkeypatch: pytest.MonkeyPatch, fatal: Attempt, sign: signal.Signals) -> None:
    """Send a signal to the process that is given this attempt."""
    give = pool._Worker.give

    def give_and_stop(self: pool._Worker, number: int, attempt: Attempt) -> None:
        if attempt is fatal:
            os.kill(self.process.pid, sign)
        give(self, number, attempt)

    monkeypatch.setattr(pool._Worker, "give", give_and_stop)


def test_processes_that_do_not_start_say_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "PROCESS", "darwin_assets.evaluation.scoring.no_such_module")
    with pytest.raises(RuntimeError, match="to see why"):
        list(score_all([EASY], SETTINGS))


def test_nothing_to_score_starts_nothing() -> None:
    assert list(score_all([], SETTINGS)) == []
