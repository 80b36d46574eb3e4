"""Recall and false alarms on the labelled set (issue: each class 0.95 at 0.03), by the functions of the benchmark."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.guards import SET, judge, pairs, summary

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_the_stored_set_is_what_the_passages_make() -> None:
    done = subprocess.run([sys.executable, "build.py", "--check"], cwd=SET, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"run python examples/guards/build.py: {done.stdout}"


def test_the_set_is_large_enough() -> None:
    found = list(pairs())
    assert sum(not pair.planted for pair in found) >= 300
    assert sum(bool(pair.planted) for pair in found) >= 300
    assert {pair.place for pair in found} == {"tuning", "held_out", "published"}


def test_a_planted_change_is_a_change_and_undone_gives_the_clean_answer() -> None:
    clean = {row["id"]: row for row in map(json.loads, (SET / "clean.jsonl").read_text(encoding="utf-8").splitlines())}
    for row in map(json.loads, (SET / "defects.jsonl").read_text(encoding="utf-8").splitlines()):
        assert clean[row["of"]]["after"][row["at"] :].startswith(row["old"])
        assert row["old"] != row["new"]


def test_both_published_examples_are_rejected() -> None:
    published = [pair for pair in pairs() if pair.place == "published"]
    assert len(published) >= 2
    assert [pair.name for pair in published if not judge(pair).failed] == []


@pytest.mark.slow
def test_each_class_is_caught_and_few_clean_pairs_are() -> None:
    figures = summary([judge(pair) for pair in pairs() if pair.place != "tuning"], "both")
    assert figures["classes below 95 %"] == 0
    assert float(str(figures["false alarms"])) <= 3
