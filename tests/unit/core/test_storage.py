"""How a store is set up by the environment, and what is said when that is wrong; no object store is there."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import polars as pl
import pytest
from obstore.exceptions import PermissionDeniedError

from darwin_assets.project import initialize, open_project
from resources.errors import DarwinError, LakeError
from resources.lake import Lake
from resources.object_store import open_store

KEY = "SEKRETKEY42"
KEYS = {"AWS_ACCESS_KEY_ID": "darwin", "AWS_SECRET_ACCESS_KEY": KEY, "AWS_REGION": "us-east-1"}
CHECK = "Check DARWIN_LAKE and the variables DARWIN_STORAGE_"


@pytest.fixture
def nowhere() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def closed() -> Iterator[str]:
    """A server that lets nobody in."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(403)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def set_up(monkeypatch: pytest.MonkeyPatch, **options: str) -> Lake:
    for name, value in {**KEYS, "MAX_RETRIES": "0", **options}.items():
        monkeypatch.setenv(f"DARWIN_STORAGE_{name}", value)
    return Lake(uri="s3://bucket/lake")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ALLOW_HTTP": "true"}, "cannot be reached"),
        ({"AWS_ALLOW_HTTP": "1"}, "cannot be reached"),
        ({}, "plain HTTP is not allowed"),
        ({"ALLOW_HTTP": "true", "TIMEOUT": KEY}, "a value that cannot be read"),
        pytest.param(
            {"ALLOW_HTTP": "true", "AWS_ENDPOINT_URL": "minio:9000"}, "address of the object store is none",
            marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_store_is_said(home, nowhere, monkeypatch, options, said):
    lake = set_up(monkeypatch, **{"AWS_ENDPOINT_URL": nowhere, **options})
    with pytest.raises(LakeError, match=f"look for ledger/x: .*{said}.*{CHECK}") as caught:
        lake.create_table("ledger", "x", {"batch": pl.String()}, "batch", [])
    assert KEY not in str(caught.value)


def test_a_store_that_refuses_the_keys_is_told_from_one_that_is_not_there(home, closed, monkeypatch):
    lake = set_up(monkeypatch, AWS_ENDPOINT_URL=closed, ALLOW_HTTP="true")
    with pytest.raises(LakeError, match=f"open ledger/x .*refuses the keys.*{CHECK}"):
        lake.version("ledger", "x")


def test_an_address_of_no_store_is_no_missing_table(home):
    with pytest.raises(LakeError, match=f"no store has an address like this.*{CHECK}"):
        Lake(uri="s4://bucket/lake").version("ledger", "x")


@pytest.mark.parametrize("allowed", ["True", "1", "true"])
@pytest.mark.parametrize("name", ["allow_http", "aws_allow_http"])
def test_plain_objects_read_the_options_of_tables_as_tables_do(closed, name, allowed):
    options = {one.lower(): value for one, value in KEYS.items()}
    store = open_store("s3://bucket/raw", {**options, "aws_endpoint_url": closed, "timeout": "5s", name: allowed})
    with pytest.raises(PermissionDeniedError, match="403 Forbidden"):
        store.get("x")


def test_an_option_that_a_store_has_not_is_named_before_tables_are_made(home, monkeypatch):
    set_up(monkeypatch)
    monkeypatch.setenv("DARWIN_LAKE", "s3://bucket/lake")
    with pytest.raises(
        DarwinError, match="DARWIN_STORAGE_MAX_RETRIES sets an option that this store has not"
    ) as caught:
        initialize(open_project())
    assert KEY not in str(caught.value)


def test_options_are_read_at_use(project, monkeypatch):
    monkeypatch.setenv("DARWIN_STORAGE_AWS_SECRET_ACCESS_KEY", KEY)
    assert project.lake.storage_options == project.raw.storage_options == {"aws_secret_access_key": KEY}
    assert KEY not in repr(project)
