"""LaTeX sources of several files as one document: what `\\input` and `\\include` name is put where it is named.

A file with a `\\documentclass` is a document. A file without one that a document inputs is a part of it. Pure functions
over file names and bytes; `joining` knows where the files of a batch are.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

_DOCUMENT = re.compile(rb"^[^%\n]*\\document(?:class|style)\b", re.MULTILINE)
_INPUT = re.compile(
    rb"\\(?:input|include)(?![A-Za-z])\s*(?:\{\s*([^{}\\%\n]{1,200}?)\s*\}|([^\s{}\\%]{1,200}))|\\.|%[^\n]*", re.DOTALL
)
_END = re.compile(rb"^[^%\n]*?(\\endinput\b)", re.MULTILINE)
MAX_DEPTH = 20
"""Levels of parts in parts; no author needs half as many."""


class TooLarge(Exception):
    """The files of a document together are over the limit."""


@dataclass(frozen=True)
class TexFile:
    """What has to be known of a file to find its place. `inputs` are names as the source states them."""

    name: str
    is_document: bool
    inputs: tuple[str, ...]
    is_utf8: bool


def look(name: str, data: bytes) -> TexFile:
    """A source file by its name in the drop or archive, with forward slashes."""
    inputs = tuple(stated for _, _, stated in _inputs(data))
    return TexFile(name, _DOCUMENT.search(data) is not None, inputs, _is_utf8(data))


def trees(files: Mapping[str, TexFile]) -> dict[str, tuple[str, ...]]:
    """Document → its parts, at every depth, in the order in which they are first named; documents without parts left out.

    A tree with a file that is not UTF-8 is left out too: joined, its characters could not be told apart any more.
    """
    found = {}
    known = _by_path(files)
    for name, file in files.items():
        if file.is_document:
            parts = tuple(dict.fromkeys(_parts(file, posixpath.dirname(name), files, known, {name}, MAX_DEPTH)))
            if parts and all(files[one].is_utf8 for one in (name, *parts)):
                found[name] = parts
    return found


def join(name: str, parts: Collection[str], read: Callable[[str], bytes], limit: int) -> bytes:
    """The source of a document with its parts in their places. TooLarge above `limit` bytes."""
    return _joined((name,), posixpath.dirname(name), _by_path([name, *parts]), read, [limit])


def _joined(
    names: tuple[str, ...], root: str, known: Mapping[str, str], read: Callable[[str], bytes], left: list[int]
) -> bytes:
    """The last of `names`, which the others led to; `left` is how many bytes may still be read."""
    *above, name = names
    data = read(name)
    if above and (end := _END.search(data)):
        data = data[: end.start(1)]
    left[0] -= len(data)
    if left[0] < 0:
        raise TooLarge
    pieces, reached = [], 0
    for start, stop, stated in _inputs(data):
        part = resolve(stated, root, posixpath.dirname(name), known)
        if part is not None and part not in names and len(names) <= MAX_DEPTH:
            pieces += [data[reached:start], _joined((*names, part), root, known, read, left)]
            reached = stop
    return b"".join([*pieces, data[reached:]])


def _parts(
    file: TexFile, root: str, files: Mapping[str, TexFile], known: Mapping[str, str], seen: set[str], depth: int
) -> Iterator[str]:
    for stated in file.inputs if depth > 0 else ():
        part = resolve(stated, root, posixpath.dirname(file.name), known)
        if part is not None and part not in seen and not files[part].is_document:
            seen.add(part)
            yield part
            yield from _parts(files[part], root, files, known, seen, depth - 1)


def _by_path(names: Iterable[str]) -> dict[str, str]:
    """Names by the paths that they mean: in an archive of a whole folder all begin with `./`."""
    return {posixpath.normpath(name): name for name in names}


def resolve(stated: str, root: str, here: str, known: Mapping[str, str]) -> str | None:
    """The file that a source names: beside the document, as TeX has it, else beside the file that names it.

    `known` has the files' names by their plain paths.
    """
    for folder in (root, here):
        path = posixpath.normpath(posixpath.join(folder, stated))
        for name in (path, f"{path}.tex"):
            if name in known:
                return known[name]
    return None


def _inputs(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Start, end and stated name of each input outside of comments."""
    for match in _INPUT.finditer(data):
        stated = match[1] or match[2]
        if stated:
            yield match.start(), match.end(), stated.decode("utf-8", "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
