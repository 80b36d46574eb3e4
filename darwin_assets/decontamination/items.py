"""Benchmark files as one frame of items."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import polars as pl

from darwin_assets.decontamination.registry import Benchmark, Registry, RegistryError

ITEMS: dict[str, pl.DataType] = {
    "benchmark": pl.String(),
    "file": pl.String(),
    "number": pl.Int64(),
    "question": pl.String(),
    "answer": pl.String(),
    "sample": pl.String(),
}
"""`file` below the benchmarks folder, `number` of the item in it from 0, `answer` the final one ("" where there is none), and
`sample`: question, options and solution or answer, which is what n-grams are taken from (§1.8)."""


def load_items(registry: Registry, folder: Path) -> pl.DataFrame:
    """`ITEMS` of all benchmarks, in their order.

    Raises RegistryError when files are missing (all are named), have another hash, or hold an item without a question.
    """
    missing = [path for one in registry.benchmark for path in one.files if not (folder / path).is_file()]
    if missing:
        raise RegistryError(
            f"{len(missing)} benchmark files are missing below {folder}: {', '.join(missing)}; put them there, or take their "
            "benchmarks out of the manifest, which then no longer protects them"
        )
    rows = [
        (one.name, path, number, *_fields(one, path, number, item))
        for one in registry.benchmark
        for path, digest in one.files.items()
        for number, item in enumerate(_items(one, path, _content(folder / path, digest)))
    ]
    return pl.DataFrame(rows, schema=ITEMS, orient="row")


def registry_digest(registry: Registry) -> str:
    """What determines the items, 16 hexadecimal digits: manifest and the hashes of the files in it."""
    return sha256(registry.model_dump_json().encode()).hexdigest()[:16]


def _content(path: Path, digest: str) -> bytes:
    content = path.read_bytes()
    found = sha256(content).hexdigest()
    if found != digest:
        raise RegistryError(
            f"{path} has the SHA-256 {found}, not {digest} as the manifest says: fetch the file again, or state the new hash "
            "if it is the one to protect"
        )
    return content


def _items(benchmark: Benchmark, path: str, content: bytes) -> Iterator[Any]:
    try:
        text = content.decode("utf-8-sig")
        if benchmark.format == "jsonl":
            return iter([json.loads(line) for line in text.split("\n") if line.strip()])
        if benchmark.format == "csv":
            return iter(list(csv.DictReader(io.StringIO(text, newline=""), strict=True)))
        found = _field(json.loads(text), benchmark.items)
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise RegistryError(f"{path} is no {benchmark.format} in UTF-8 ({type(error).__name__})") from None
    if not isinstance(found, list):
        raise RegistryError(f"{path} holds no list at {benchmark.items or 'its top'}; set `items` of {benchmark.name}")
    return iter(found)


def _fields(benchmark: Benchmark, path: str, number: int, item: Any) -> tuple[str, str, str]:
    """Question, final answer, sample."""
    question = _text(_field(item, benchmark.question))
    if not question.strip():
        raise RegistryError(f"item {number} of {path} has no text in the field {benchmark.question}")
    options = _options(_field(item, benchmark.options)) if benchmark.options else {}
    stated = _text(_field(item, benchmark.answer)) if benchmark.answer else ""
    answer = _final(stated, options, benchmark.answer_pattern)
    solution = _text(_field(item, benchmark.solution)) if benchmark.solution else ""
    return question, answer, "\n".join([question, *options.values(), solution or (answer if options else stated)])


def _options(stated: Any) -> dict[str, str]:
    """Letter or name of each option, and its text."""
    if isinstance(stated, list):
        # what comes after Z cannot be named
        return {ascii_uppercase[place : place + 1] or f"#{place}": _text(one) for place, one in enumerate(stated)}
    if isinstance(stated, Mapping):
        return {str(name).upper(): _text(one) for name, one in stated.items()}
    return {"": _text(stated)} if stated else {}


def _final(stated: str, options: Mapping[str, str], pattern: str) -> str:
    """The final answer, as a text where it names an option; "" for a number that none is called by, which may count options
    from 0 or from 1."""
    if pattern:
        found = re.findall(pattern, stated)
        last = found[-1] if found else ""
        stated = last if isinstance(last, str) else last[0]
    name = stated.strip()
    if options and name.isdecimal() and name not in options:
        return ""
    return options.get(name.upper(), name).strip() if name else ""


def _field(item: Any, path: str) -> Any:
    """What stands at a dotted path, null where nothing does."""
    for key in filter(None, path.split(".")):
        if isinstance(item, Mapping):
            item = item.get(key)
        elif isinstance(item, list) and key.isdecimal():
            item = item[int(key)] if int(key) < len(item) else None
        else:
            return None
    return item


def _text(value: Any) -> str:
    """Text or a number as text; a list's texts in lines."""
    if value is None:
        return ""
    return "\n".join(map(_text, value)) if isinstance(value, list) else str(value)
