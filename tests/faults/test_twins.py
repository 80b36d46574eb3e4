"""Two batches of overlapping content at the same time: of every family of twins exactly one is published."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import darwin_assets.tier
from darwin_assets.filter.rules import EXACT_DUPLICATE, NEAR_DUPLICATE
from darwin_assets.promotion import Promotion, published, read_published, read_rejected
from darwin_assets.tier import LevelSpec
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from tests.drops import make_drop
from tests.faults.processes import CONTEXT, MAX_SECONDS, call, climb, land
from tests.faults.prose import prose, reworded

pytestmark = pytest.mark.slow

N_ROUNDS = 10
SHINGLE_WORDS = 5
MIN_JACCARD = 0.7


def test_twins_in_two_batches_at_once_are_never_both_published(tmp_path, record_property):
    home = tmp_path / "home"
    drops = [
        make_drop(tmp_path / f"{side}-{number}", side, (), texts(number, side))
        for number in range(N_ROUNDS)
        for side in ("left", "right")
    ]
    keys = call(land, home, *drops)
    rounds = [*zip(keys[::2], keys[1::2], strict=True)]
    barrier = CONTEXT.Barrier(2)
    with ThreadPoolExecutor(2) as both:
        sides = both.map(lambda batches: call(race, home, batches, barrier), zip(*rounds, strict=True))
        n_builds = [*zip(*sides, strict=True)]
    for pair in rounds:
        assert_one_of_each_family(home, pair)
    n_conflicts = sum(max(one) > 1 for one in n_builds)
    record_property("rounds_with_a_conflict", n_conflicts)
    print(f"{n_conflicts} of {N_ROUNDS} rounds had a conflict, builds by round: {n_builds}")
    assert n_conflicts > 0
    assert all(min(one) == 1 for one in n_builds), "one of the two publishes at its first attempt"


def texts(number: int, side: str) -> dict[str, str]:
    """The documents of one side in one round; the name of a file, less what follows the dash, is that of its family."""
    same, close, triple = (prose(10 * number + family) for family in range(3))
    if side == "left":
        documents = {"same": same, "close": close, "triple-1": triple, "triple-2": reworded(triple, 1)}
    else:
        documents = {"same": same, "close": reworded(close, 2), "triple-3": reworded(triple, 3)}
    alone = prose(10 * number + (3 if side == "left" else 4))
    return {f"{name}.txt": text for name, text in {**documents, side: alone}.items()}


def race(home: Path, batches: tuple[str, ...], barrier: Barrier) -> list[int]:
    """Take batches to L2, each beside one of the other process; how often L2 was built for each."""
    run_level = darwin_assets.tier.run_level
    n_builds: list[int] = []

    def run_beside_the_other(spec: LevelSpec, *arguments: Any) -> Promotion:
        if spec.level != "L2":
            return run_level(spec, *arguments)

        def build(*inputs: Any) -> pl.DataFrame:
            n_builds[-1] += 1
            return spec.build(*inputs)

        n_builds.append(0)
        barrier.wait(MAX_SECONDS)
        return run_level(replace(spec, build=build), *arguments)

    darwin_assets.tier.run_level = run_beside_the_other
    for batch in batches:
        report = climb(home, batch, "L2")
        assert report.error is None, report.error
    return n_builds


def assert_one_of_each_family(home: Path, pair: tuple[str, str]) -> None:
    lake = Lake(uri=str(home / "lake"))
    ledger = GateLedger(lake=lake)
    parents, kept, rejected = (
        pl.concat(rows) for rows in zip(*(tables_of(lake, ledger, one) for one in pair), strict=True)
    )
    families = family_of(kept["uri"]).to_list()
    assert sorted(families) == ["close", "left", "right", "same", "triple"]
    text_of = dict(parents.select("id", "text").iter_rows())
    survivors = dict(zip(kept["id"], zip(families, kept["text"], strict=True), strict=True))
    assert rejected.height == parents.height - kept.height
    for row in rejected.with_columns(family=family_of(rejected["uri"])).iter_rows(named=True):
        family, survivor = survivors[row["survivor_id"]]
        own = text_of[row["parents"][0]]
        assert family == row["family"]
        assert row["rejected_by"] == (EXACT_DUPLICATE if own == survivor else NEAR_DUPLICATE)
        assert row["similarity"] == row["rejected_value"] == jaccard(own, survivor) >= MIN_JACCARD
        assert row["survivor_id"] in row["rejected_detail"]


def tables_of(lake: Lake, ledger: GateLedger, batch: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Of one batch what came into L2, what stays, and what does not."""
    above, here = (published(lake, ledger, level, batch) for level in ("L1", "L2"))
    return read_published(lake, above), read_published(lake, here), read_rejected(lake, here)


def family_of(uris: pl.Series) -> pl.Series:
    return uris.str.extract(r"/([a-z]+)[^/]*$")


def jaccard(left: str, right: str) -> float:
    """Shared part of the runs of five words, computed anew here from the definition."""
    first, second = (
        {tuple(words[start : start + SHINGLE_WORDS]) for start in range(len(words) - SHINGLE_WORDS + 1)}
        for words in (re.findall(r"\w+", text.lower()) for text in (left, right))
    )
    return len(first & second) / len(first | second)
