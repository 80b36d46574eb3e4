"""Damaged files of every format: each ends as rows, with text or a reason, and takes nothing down with it."""

from functools import partial

from benchmarks.fuzz import fuzz
from benchmarks.fuzz_seeds import seeds
from darwin_assets.normalize.parse import PARSERS

ALIASES = {"application/x-latex", "text/x-tex", "text/xml", "application/xhtml+xml"}


def test_damaged_files_end_as_rows() -> None:
    sound = seeds(None)
    code = {kind for kind, load in PARSERS.items() if isinstance(load, partial)}
    assert {*PARSERS} - {*sound} - ALIASES - code == set()
    tallies = fuzz(sound, 400, seed=7)
    assert [where for one in tallies.values() for where in one.broken] == []
    rules = {rule for one in tallies.values() for rule in one.rules}
    assert rules.isdisjoint({"parser.error", "parser.crashed", "parser.timeout", "parser.memory"}), rules
    assert len(rules) > 15
    assert sum(one.kept for one in tallies.values()) > 250
