"""Raw bytes, kept once under their hash: `raw/ab/abcdef...` beside the tables, on the same storage."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from resources.errors import LakeError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

CHUNK_BYTES = 1 << 20


class RawStore(dg.ConfigurableResource[Any]):
    """Content-addressed files. `uri` and `storage_options` as for the lake."""

    uri: str
    storage_options: dict[str, str] = {}  # noqa: RUF012 - pydantic copies field defaults

    def put(self, path: Path) -> str:
        """Store a file unless its bytes are there already; returns their SHA-256, hex."""
        sha256 = hash_file(path)
        store, name = self._store(), object_name(sha256)
        if not _exists(store, name):
            with path.open("rb") as file:
                store.put(name, file)
        return sha256

    @contextmanager
    def local_path(self, sha256: str) -> Iterator[Path]:
        """The bytes as a local file, for as long as the block lasts. LakeError when they are missing."""
        name = object_name(sha256)
        if "://" not in self.uri:
            path = Path(self.uri) / name
            if not path.is_file():
                raise LakeError(f"raw bytes {sha256} are missing from the raw store")
            yield path
            return
        with tempfile.NamedTemporaryFile(prefix="darwin-raw-") as file:
            for chunk in self._store().get(name).stream(min_chunk_size=CHUNK_BYTES):
                file.write(chunk)
            file.flush()
            yield Path(file.name)

    def _store(self) -> "ObjectStore":
        from obstore.store import LocalStore, from_url

        if "://" not in self.uri:
            return LocalStore(self.uri, mkdir=True)
        options = dict(self.storage_options)
        # delta-rs takes this one among the others, obstore among those of its HTTP client
        client = {"allow_http": options.pop("aws_allow_http", "false") == "true"}
        return from_url(self.uri, config=options, client_options=client)  # type: ignore[call-overload, no-any-return]


def object_name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _exists(store: "ObjectStore", name: str) -> bool:
    try:
        store.head(name)
    except FileNotFoundError:
        return False
    return True
