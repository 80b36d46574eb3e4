"""The hash chain on a real table: order, writers at the same time, killed writers, and what appending reads."""

import os
import signal
from pathlib import Path

import polars as pl
import pytest

from resources.chain import GENESIS, TABLE, ZONE, Chain, link_hash
from resources.errors import LakeError
from resources.lake import Lake
from tests.faults.processes import call, start

N_WRITERS, N_EACH = 3, 6


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    made = Chain(lake=Lake(uri=str(tmp_path)))
    assert made.create()
    assert not made.create()
    return made


def chain_at(folder: Path) -> Chain:
    return Chain(lake=Lake(uri=str(folder)))


def assert_sound(links: pl.DataFrame, n_links: int) -> None:
    assert links["seq"].to_list() == [*range(1, n_links + 1)]
    assert links["previous"].to_list() == [GENESIS, *links["hash"].to_list()[:-1]]
    fields = links.select("seq", "at", "kind", "subject", "payload", "previous").iter_rows()
    assert [link_hash(*one) for one in fields] == links["hash"].to_list()


def test_each_link_names_the_one_before(chain: Chain) -> None:
    assert chain.head() == (0, GENESIS)
    first = chain.append("verdict", "v1", {"rows": 3, "batch": "b"})
    second = chain.append("sealed", "L3/b", {})
    assert (first.seq, first.previous, first.facts) == (1, GENESIS, {"batch": "b", "rows": 3})
    assert (second.seq, second.previous) == (2, first.hash)
    assert chain.head() == (2, second.hash)
    assert_sound(chain.read(), 2)


def test_links_are_read_by_kind_and_subject(chain: Chain) -> None:
    for kind, subject in [("verdict", "v1"), ("sealed", "L3/b"), ("sealed", "L3/c")]:
        chain.append(kind, subject, {})
    assert chain.read("sealed")["subject"].to_list() == ["L3/b", "L3/c"]
    assert chain.read("sealed", "L3/c")["seq"].to_list() == [3]
    assert chain.read("takedown").is_empty()


def test_a_kind_that_is_none_is_refused(chain: Chain) -> None:
    with pytest.raises(LakeError, match="no kind of link"):
        chain.append("rumour", "x", {})


def test_small_files_are_put_together_and_the_order_stays(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resources.lake.COMPACT_ABOVE_FILES", 5)
    for number in range(8):
        chain.append("verdict", f"v{number}", {"n": number})
    files = chain.lake.files(ZONE, TABLE, chain.lake.version(ZONE, TABLE), ["kind"], ["seq"])
    assert files.height == 3
    assert files["num_records"].sum() == 8
    assert_sound(chain.read(), 8)


def append_many(folder: Path, name: str) -> None:
    chain = chain_at(folder)
    for number in range(N_EACH):
        chain.append("verdict" if number % 2 else "sealed", f"{name}/{number}", {"n": number})


@pytest.mark.slow
def test_writers_at_the_same_time_take_turns(chain: Chain, tmp_path: Path) -> None:
    writers = [start(append_many, tmp_path, str(number)) for number in range(N_WRITERS)]
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    links = chain.read()
    assert_sound(links, N_WRITERS * N_EACH)
    for number in range(N_WRITERS):
        own = links.filter(pl.col("subject").str.starts_with(f"{number}/"))
        assert own["subject"].to_list() == [f"{number}/{place}" for place in range(N_EACH)]


def append_and_die(folder: Path, when: str) -> None:
    """Dies before the data file, between it and the commit, or right after the commit."""
    import deltalake

    write = deltalake.write_deltalake

    def deadly(*arguments: object, **options: object) -> None:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        if when == "between":
            rows = arguments[1]
            assert isinstance(rows, pl.DataFrame)
            table = folder / ZONE / TABLE
            rows.drop("kind").write_parquet(table / "kind=verdict" / "part-00000-left-behind.parquet", mkdir=True)
            os.kill(os.getpid(), signal.SIGKILL)
        write(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    deltalake.write_deltalake = deadly
    chain_at(folder).append("verdict", "dying", {})


@pytest.mark.slow
@pytest.mark.parametrize(("when", "n_links"), [("before", 2), ("between", 2), ("after", 3)])
def test_a_killed_append_stands_whole_or_not_at_all(chain: Chain, tmp_path: Path, when: str, n_links: int) -> None:
    chain.append("verdict", "first", {})
    process = start(append_and_die, tmp_path, when)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    chain.append("verdict", "last", {})
    assert_sound(chain.read(), n_links)


@pytest.mark.slow
def test_a_process_sees_what_another_appended(chain: Chain, tmp_path: Path) -> None:
    call(append_many, tmp_path, "other")
    assert chain.append("audited", "lake", {}).seq == N_EACH + 1
