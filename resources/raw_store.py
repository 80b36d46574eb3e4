"""Raw bytes, kept once under their hash: `raw/ab/abcdef...` beside the tables, on the same storage.

After a take-down a container may stand there as a remnant, `abcdef....remnant`: what of it stays. An object is taken out in
two steps, `withdraw` and `drop`, so that whoever lands the same bytes at the same time either is seen in between and gets
them back, or finds them missing and stores them anew.
"""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import dagster as dg

from resources.errors import LakeError
from resources.object_store import open_store
from resources.workplace import storage_options

if TYPE_CHECKING:
    from obstore.store import ObjectStore

CHUNK_BYTES = 1 << 20
REMNANT = ".remnant"
WITHDRAWN = ".withdrawn"


class RawStore(dg.ConfigurableResource[Any]):
    """Content-addressed files. `uri` as for the lake."""

    uri: str

    @property
    def storage_options(self) -> dict[str, str]:
        """Those of the environment, at each use, as for the lake."""
        return storage_options()

    def put(self, path: Path, sha256: str | None = None) -> str:
        """Store a file unless its bytes are there already; returns their SHA-256, hex, which may be known before."""
        sha256 = sha256 or hash_file(path)
        if not self.holds(sha256):
            self._upload(path, object_name(sha256))
        return sha256

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are there, all of them."""
        return self._exists(object_name(sha256))

    def has_remnant(self, sha256: str) -> bool:
        return self._exists(object_name(sha256) + REMNANT)

    def put_remnant(self, sha256: str, path: Path) -> None:
        """Keep a file as what is left of a container; an older remnant is replaced."""
        self._upload(path, object_name(sha256) + REMNANT)

    def drop_remnant(self, sha256: str) -> None:
        self._remove(object_name(sha256) + REMNANT)

    def withdraw(self, sha256: str) -> None:
        """Set the bytes aside: nobody finds them any more, and they can still be given back."""
        name = object_name(sha256)
        with suppress(FileNotFoundError):
            self._store().rename(name, name + WITHDRAWN)

    def give_back(self, sha256: str) -> None:
        """Undo `withdraw`."""
        name = object_name(sha256)
        if self.holds(sha256):
            self._remove(name + WITHDRAWN)
        with suppress(FileNotFoundError):
            self._store().rename(name + WITHDRAWN, name)

    def drop(self, sha256: str) -> None:
        """Remove bytes that were withdrawn, and what writers of them that were killed have left."""
        name = object_name(sha256)
        self._remove(name + WITHDRAWN)
        if "://" not in self.uri:
            # obstore writes beside the object and renames, and does not list what it has not finished
            for unfinished in (Path(self.uri) / name).parent.glob(f"{sha256}*#*"):
                unfinished.unlink(missing_ok=True)

    def last_written(self) -> dict[str, datetime]:
        """When the newest object of each hash was written, whole or not, withdrawn or a remnant."""
        times: dict[str, datetime] = {}
        for name, at in self._listed():
            sha256 = re.split("[.#]", name, maxsplit=1)[0]
            times[sha256] = max(at, times.get(sha256, at))
        return times

    def _listed(self) -> Iterator[tuple[str, datetime]]:
        if "://" not in self.uri:
            # obstore does not list what was not finished
            for path in Path(self.uri).glob("*/*"):
                with suppress(FileNotFoundError):
                    yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)
            return
        for page in self._store().list():
            yield from ((one["path"].rpartition("/")[2], one["last_modified"]) for one in page)

    @contextmanager
    def local_path(self, sha256: str) -> Iterator[Path]:
        """The bytes, or the remnant where they were taken down, as a local file for as long as the block lasts.

        LakeError when there is neither.
        """
        name = self._found(sha256)
        if "://" not in self.uri:
            yield Path(self.uri) / name
            return
        with tempfile.NamedTemporaryFile(prefix="darwin-raw-", suffix=Path(name).suffix) as file:
            self._download(name, file)
            file.flush()
            yield Path(file.name)

    def place(self, sha256: str, target: Path) -> None:
        """Make a path what `local_path` would give: a link to the raw store's own file, or a copy out of an object store."""
        name = self._found(sha256)
        if "://" not in self.uri:
            target.symlink_to((Path(self.uri) / name).resolve())
            return
        with target.open("wb") as file:
            self._download(name, file)

    def _found(self, sha256: str) -> str:
        name = object_name(sha256)
        found = next((one for one in (name, name + REMNANT) if self._exists(one)), None)
        if found is None:
            raise LakeError(f"raw bytes {sha256} are missing from the raw store")
        return found

    def _download(self, name: str, file: IO[bytes]) -> None:
        for chunk in self._store().get(name).stream(min_chunk_size=CHUNK_BYTES):
            file.write(chunk)

    def _upload(self, path: Path, name: str) -> None:
        with path.open("rb") as file:
            self._store().put(name, file)

    def _exists(self, name: str) -> bool:
        if "://" not in self.uri:
            return (Path(self.uri) / name).is_file()
        try:
            self._store().head(name)
        except FileNotFoundError:
            return False
        return True

    def _remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._store().delete(name)

    def _store(self) -> "ObjectStore":
        return open_store(self.uri, self.storage_options)


def object_name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
