"""The same code on `s3://`: the ladder runs against a server that speaks the S3 protocol."""

import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from darwin_assets.acquire.expand import expand
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.export.erase import erase_rows
from darwin_assets.lineage.descendants import descent
from darwin_assets.lineage.integrity import inspect
from darwin_assets.lineage.tables import Tables
from darwin_assets.lineage.trace import Tracer
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.promotion import published, read_published
from darwin_assets.runs import run_batch
from resources.block_list import BlockList
from resources.errors import Conflict
from resources.export_store import ExportStore
from tests.drops import GOOD, accept_small_documents, land
from tests.unit.export.climbed import climb as climb_to_l1
from tests.unit.export.climbed import exported
from tests.unit.takedown.ladder import climb
from tests.unit.takedown.ladder import land as drop

pytestmark = pytest.mark.slow
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1"}


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A server in a process of its own: one in this process would wait for the interpreter that waits for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.fixture
def on_s3(home: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    client.create_bucket(Bucket="darwin")
    monkeypatch.setenv("DARWIN_LAKE", "s3://darwin/lake")
    options = {**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "AWS_ALLOW_HTTP": "true"}
    for name, value in options.items():
        monkeypatch.setenv(f"DARWIN_STORAGE_{name}", value)
    project = open_project()
    initialize(project)
    return project


def test_the_ladder_runs_on_an_object_store(on_s3, tmp_path):
    accept_small_documents(on_s3)
    with dagster_instance(on_s3) as instance:
        batch = land(on_s3, instance, tmp_path, "remote")
        report = run_batch(on_s3, instance, batch, "L5")
        again = run_batch(on_s3, instance, batch, "L5")
    assert report.error is None
    assert {level.said for level in again.levels} == {"passed, as before"}
    rows = read_published(on_s3.lake, published(on_s3.lake, on_s3.ledger, "L5", batch))
    assert rows.height == len(GOOD)
    assert not (tmp_path / "home" / "lake").exists()
    assert inspect(on_s3).findings == []
    on_s3.lake._open("published", "L5").delete(f"id = '{rows['id'][0]}'")
    assert {"commit", "file.removed", "row.count"} <= {one.check for one in inspect(on_s3).findings}


def test_a_conditional_publication_is_refused_on_an_object_store(on_s3, tmp_path):
    accept_small_documents(on_s3)
    lake = on_s3.lake
    with dagster_instance(on_s3) as instance:
        batch = land(on_s3, instance, tmp_path, "first")
        run_batch(on_s3, instance, batch, "L2")
    seen = lake.version("published", "L2")
    rows = lake.read("published", "L2", batch, seen)
    lake.write("published", "L2", batch, rows, {})
    with pytest.raises(Conflict):
        lake.write("published", "L2", batch, rows, {}, only_if_version=seen)


def test_raw_bytes_are_removed_from_an_object_store(on_s3):
    lines = b'{"text": "stays"}\n{"text": "is taken down"}\n'
    batch = drop(on_s3, "books", {"a.jsonl": lines, "b.txt": b"is taken down"})
    landed = on_s3.lake.read("landed", "files", batch, on_s3.lake.version("landed", "files")).sort("path")
    container, file = landed.to_dicts()
    BlockList(lake=on_s3.lake).block("r-1", [("bytes", hashlib.sha256(b"is taken down").hexdigest())])
    climb(on_s3, batch, "L0")
    assert not any(on_s3.raw.holds(one["raw_sha256"]) for one in (container, file))
    with on_s3.raw.local_path(container["raw_sha256"]) as path:
        assert [one.data for one in expand(path, "a.jsonl", AcquireSettings())] == [b"stays", b""]
    assert container["raw_sha256"] in on_s3.raw.last_written()


def test_rows_are_traced_on_an_object_store(on_s3):
    batch = drop(on_s3, "books", {"a.jsonl": b'{"text": "one"}\n{"text": "two"}\n', "b.txt": b"three"})
    climb(on_s3, batch, "L0")
    lake = on_s3.lake
    tracer = Tracer.of(Tables(lake), on_s3.raw)
    rows = lake.read("published", "L0", batch, lake.version("published", "L0"), ["id"])
    assert rows.height == 3
    for row in rows["id"]:
        trace = tracer.trace(row, verify=True)
        assert (trace.gaps, trace.reaches_bytes) == ([], True)
        below = descent(Tables(lake), next(node.id for node in trace.nodes if node.kind == "file"))
        assert row in {one["id"] for one in below.rows}
        assert below.exports == []


def test_an_export_is_whole_or_not_there_on_an_object_store(on_s3):
    batch = climb_to_l1(on_s3, "notes", {"a.md": "# A\n\nText of a.\n", "b.md": "# B\n\nText of b.\n"})
    store = ExportStore(on_s3.lake)
    store.put(store.begin("a"), "data-00000.parquet", b"half")
    assert store.files("a") == ["data-00000.parquet"]
    assert store.names() == []
    assert exported(on_s3, "a").manifest["rows"] == 2
    assert store.names() == ["a"]
    assert exported(on_s3, "a").reused
    rows = on_s3.lake.read("published", "L1", batch, on_s3.lake.version("published", "L1"))
    root = rows["root_id"][0]
    assert [one.n_rows for one in erase_rows(on_s3.lake, [root])] == [1]
    assert root.encode() not in b"".join(store.read("a", file) or b"" for file in store.files("a"))
    climb_to_l1(on_s3, "more", {"c.md": "# C\n\nText of c.\n"})
    manifest = exported(on_s3, "a", replace=True).manifest
    assert {one["path"] for one in manifest["files"]} < {*store.files("a")}
    assert manifest["rows"] == 3
    store.remove("a")
    assert store.names() == store.files("a") == []


def test_an_export_that_was_swept_away_on_an_object_store_is_not_finished(on_s3):
    store = ExportStore(on_s3.lake)
    draft = store.begin("a")
    store.put(draft, "data-00000.jsonl", b"one")
    store.sweep()
    store.put(draft, "data-00001.jsonl", b"two")
    with pytest.raises(Conflict, match="somebody else"):
        store.finish(draft, b"{}")
    assert store.names() == []
