"""Exports: folders of files beside the tables, `exports/<name>/`, each there as a whole or not at all.

On a folder an export is written aside and moved into its place by one rename. An object store has no rename: there the
manifest is written last, what has none is no export, and an export that is to be replaced goes before the new one is written.
"""

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from resources.delta import without_row_contents
from resources.errors import Conflict
from resources.lake import Lake
from resources.object_store import open_store

if TYPE_CHECKING:
    from obstore.store import ObjectStore

FOLDER, STAGING = "exports", ".staging/exports"
MANIFEST = "manifest.json"


@dataclass
class Draft:
    """An export that is being written. `sizes`: file → bytes, of what was put so far."""

    name: str
    folder: str
    sizes: dict[str, int]


class ExportStore:
    """Reads and writes exports of one lake; bytes in, bytes out."""

    def __init__(self, lake: Lake):
        self._lake = lake

    def names(self) -> list[str]:
        """The exports that are complete, in alphabetical order."""
        return [name for name in self._names() if self.read(name, MANIFEST) is not None]

    def files(self, name: str) -> list[str]:
        """The files of an export, of one that was left unfinished too."""
        return self._list(f"{FOLDER}/{name}")

    def read(self, name: str, file: str) -> bytes | None:
        """The content of a file; None when there is none."""
        with without_row_contents(f"read {file} of export {name}"):
            try:
                # opening the store of a folder would make it
                if self._lake.is_local():
                    return (Path(self._root()) / FOLDER / name / file).read_bytes()
                return bytes(self._at(f"{FOLDER}/{name}").get(file).bytes())
            except (FileNotFoundError, NotADirectoryError):
                return None

    def begin(self, name: str) -> Draft:
        """Start to write an export; what others of this name have left unfinished goes, and on an object store what stands in
        its place.
        """
        self.sweep(name)
        if not self._lake.is_local():
            self.remove(name)
        folder = f"{STAGING}/{name}.{uuid.uuid4().hex[:12]}" if self._lake.is_local() else f"{FOLDER}/{name}"
        return Draft(name, folder, {})

    def put(self, draft: Draft, file: str, data: bytes) -> None:
        with without_row_contents(f"write {file} of export {draft.name}"):
            self._at(draft.folder).put(file, data)
        draft.sizes[file] = len(data)

    def finish(self, draft: Draft, manifest: bytes, *, replace: bool = False) -> None:
        """Make the draft visible, in place of a finished export of the same name where asked. Conflict when somebody else
        wrote or removed the same export meanwhile.
        """
        changed = Conflict(f"somebody else began export {draft.name} meanwhile: run it again")
        if not self._lake.is_local():
            if self._sizes(draft.folder) != draft.sizes:
                raise changed
            self.put(draft, MANIFEST, manifest)
            return
        self.put(draft, MANIFEST, manifest)
        source, target = (Path(self._root()) / place for place in (draft.folder, f"{FOLDER}/{draft.name}"))
        target.parent.mkdir(parents=True, exist_ok=True)
        if self._sizes(draft.folder) != draft.sizes:
            raise changed
        if replace:
            self.remove(draft.name)
        try:
            # onto a folder that holds files a rename fails
            source.rename(target)
        except OSError:
            shutil.rmtree(source, ignore_errors=True)
            raise Conflict(f"export {draft.name} was written by somebody else meanwhile") from None

    def rewrite(self, name: str, file: str, data: bytes) -> None:
        """Replace one file of a finished export by one put."""
        with without_row_contents(f"rewrite {file} of export {name}"):
            self._at(f"{FOLDER}/{name}").put(file, data)

    def abandon(self, draft: Draft) -> None:
        """Remove what was written of a draft."""
        self._remove(draft.folder)

    def remove(self, name: str) -> None:
        """Remove an export: its manifest first, so that no half of one is taken for one."""
        if self._lake.is_local():
            source = Path(self._root()) / FOLDER / name
            if source.is_dir():
                gone = Path(self._root()) / STAGING / f"{name}.{uuid.uuid4().hex[:12]}"
                gone.parent.mkdir(parents=True, exist_ok=True)
                source.rename(gone)
                shutil.rmtree(gone)
            return
        self._remove(f"{FOLDER}/{name}", first=MANIFEST)

    def sweep(self, name: str | None = None) -> int:
        """Remove what unfinished exports have left, of one name or of all, and how many there were: of killed ones, and of
        those that are being written, which then end with a Conflict.
        """
        if self._lake.is_local():
            staging = Path(self._root()) / STAGING
            drafts = list(staging.iterdir()) if staging.is_dir() else []
            left_here = [draft for draft in drafts if name in (None, draft.name.rpartition(".")[0])]
            for draft in left_here:
                shutil.rmtree(draft, ignore_errors=True)
            return len(left_here)
        names = [name] if name else self._names()
        left = [one for one in names if self.read(one, MANIFEST) is None and self.files(one)]
        for one in left:
            self._remove(f"{FOLDER}/{one}")
        return len(left)

    def _names(self) -> list[str]:
        with without_row_contents("list the exports"):
            listed = self._at(FOLDER).list_with_delimiter()
        return sorted(prefix.rstrip("/").rpartition("/")[2] for prefix in listed["common_prefixes"])

    def _remove(self, folder: str, first: str | None = None) -> None:
        if self._lake.is_local():
            shutil.rmtree(Path(self._root()) / folder, ignore_errors=True)
            return
        with without_row_contents(f"remove {folder}"):
            names = self._list(folder)
            for file in sorted(names, key=lambda one: one != first):
                self._at(folder).delete(file)

    def _list(self, folder: str) -> list[str]:
        return sorted(self._sizes(folder))

    def _sizes(self, folder: str) -> dict[str, int]:
        """File → bytes."""
        with without_row_contents(f"list {folder}"):
            if self._lake.is_local():
                path = Path(self._root()) / folder
                return {one.name: one.stat().st_size for one in path.iterdir()} if path.is_dir() else {}
            found = (one for part in self._at(folder).list() for one in part)
            return {one["path"].rpartition("/")[2]: one["size"] for one in found}

    def _at(self, folder: str) -> "ObjectStore":
        return open_store(f"{self._root()}/{folder}", self._lake.storage_options)

    def _root(self) -> str:
        return self._lake.uri.rstrip("/")
