"""The same code on `s3://`: the ladder runs against a server that speaks the S3 protocol."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.promotion import published, read_published
from darwin_assets.runs import run_batch
from resources.errors import Conflict
from tests.drops import GOOD, accept_small_documents, land

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
