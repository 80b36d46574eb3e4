"""Taking rows out of real Delta tables beside other writers, and removing what they stood in."""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from resources.erasing import delete, holds, remove_old_files, rewrite
from resources.lake import Lake

SCHEMA = {"batch": pl.String(), "id": pl.String(), "text": pl.String()}
SECRET = "a sentence that must go"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    found = Lake(uri=str(tmp_path / "lake"))
    found.create_table("published", "L1", SCHEMA, "batch", ["id"])
    return found


def rows(batch: str, *ids: str) -> pl.DataFrame:
    return pl.DataFrame({"batch": batch, "id": list(ids), "text": [f"{SECRET} {one}" for one in ids]}, schema=SCHEMA)


def ids(lake: Lake, batch: str) -> list[str]:
    return sorted(lake.read("published", "L1", batch, lake.version("published", "L1"))["id"])


def without(one: str):
    return lambda present: present.filter(pl.col("id") != one)


def old(lake: Lake, grace: float = 3600, within: set[str] | None = None):
    return remove_old_files(lake, "published", "L1", within, timedelta(seconds=grace))


def data_files(lake: Lake) -> list[Path]:
    return sorted(Path(lake.uri).rglob("*.parquet"))


def test_what_is_erased_already_is_not_written_again(lake):
    lake.write("published", "L1", "a", rows("a", "1", "2"), {})
    assert rewrite(lake, "published", "L1", "a", without("1"), {"takedown": "r"}) is not None
    assert rewrite(lake, "published", "L1", "a", without("1"), {"takedown": "r"}) is None
    assert ids(lake, "a") == ["2"]


def test_a_partition_with_quotes_in_its_name_replaces_no_other(lake):
    odd = "x' OR '1'='1"
    for batch in ("a", odd, odd):
        lake.write("published", "L1", batch, rows(batch, "1"), {})
    assert ids(lake, "a") == ids(lake, odd) == ["1"]
    rewrite(lake, "published", "L1", odd, without("1"), {})
    assert (ids(lake, "a"), ids(lake, odd)) == (["1"], [])


def test_writers_at_once_all_get_their_way(lake):
    lake.write("published", "L1", "a", rows("a", *map(str, range(8))), {})
    erasers = [
        threading.Thread(target=rewrite, args=(lake, "published", "L1", "a", without(str(n)), {})) for n in range(6)
    ]
    for one in erasers:
        one.start()
    for one in erasers:
        one.join()
    assert ids(lake, "a") == ["6", "7"]


def test_a_replaced_file_goes_at_once_and_the_history_stays(lake):
    lake.write("published", "L1", "a", rows("a", "1", "2"), {})
    lake.write("published", "L1", "b", rows("b", "3"), {})
    rewrite(lake, "published", "L1", "a", without("1"), {"takedown": "r"})
    assert old(lake, within={"batch=b"}).removed == 0
    assert old(lake, within={"batch=a"}).removed == 1
    assert len(data_files(lake)) == 2
    history = DeltaTable(lake.table_uri("published", "L1")).history()
    assert [one["version"] for one in history] == [3, 2, 1, 0]
    assert history[0]["darwin.takedown"] == "r"
    assert ids(lake, "a") == ["2"]
    assert ids(lake, "b") == ["3"]


def test_a_file_that_is_about_to_be_committed_stays(lake):
    lake.write("published", "L1", "a", rows("a", "1"), {})
    stray = data_files(lake)[0].with_name("stray.parquet")
    rows("a", "9").drop("batch").write_parquet(stray)
    found = old(lake)
    assert (found.removed, [*found.young]) == (0, ["batch=a/stray.parquet"])
    assert holds(lake, "published", "L1", "batch=a/stray.parquet", pl.col("id") == "9")
    assert not holds(lake, "published", "L1", "batch=a/stray.parquet", pl.col("id") == "1")
    os.utime(stray, (time.time() - 7200,) * 2)
    assert old(lake).removed == 1
    assert ids(lake, "a") == ["1"]


def test_rows_are_deleted_beside_one_who_appends(lake):
    for number in range(3):
        lake.append("published", "L1", rows("a", f"{number}-1", f"{number}-2"))
    stale = DeltaTable(lake.table_uri("published", "L1"))
    assert delete(lake, "published", "L1", "id", ["0-1", "2-2", "it's"], {}, ("batch", "a")) == 2
    stale.update_incremental()
    write_deltalake(stale, rows("a", "new"), mode="append")
    assert ids(lake, "a") == ["0-2", "1-1", "1-2", "2-1", "new"]
    assert delete(lake, "published", "L1", "id", ["0-1"], {}) == 0


def test_nothing_that_is_erased_stands_in_a_file_or_a_log_afterwards(lake):
    lake.write("published", "L1", "a", rows("a", "1", "2"), {})
    rewrite(lake, "published", "L1", "a", lambda present: present.clear(), {})
    old(lake)
    assert data_files(lake) == []
    assert not any(SECRET.encode() in path.read_bytes() for path in Path(lake.uri).rglob("*") if path.is_file())
