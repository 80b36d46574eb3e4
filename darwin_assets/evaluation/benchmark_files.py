"""The items of a benchmark, read from its files: each with the id that it has in every run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from darwin_assets.evaluation.benchmark import Benchmark, EvaluationError
from darwin_assets.evaluation.item import Item


class Numbered(NamedTuple):
    """An item, its place in the test set from 0, and its id, `<benchmark>-test-<place>-0`."""

    place: int
    id: str
    item: Item


def read_test_set(name: str, benchmark: Benchmark, folder: Path) -> list[Numbered]:
    """All items, in the order of the files. EvaluationError where a file is missing or a record is not as expected."""
    if missing := benchmark.missing(folder):
        raise EvaluationError(f"{name} lacks its test set: put {', '.join(missing)} into {folder}")
    process, several = benchmark.process(), len(benchmark.test_path) > 1
    found: list[Numbered] = []
    for path in benchmark.test_path:
        for line, record in enumerate(records(folder / path), start=1):
            # the published ids end in the place among the items that a record gives; here it gives one
            item_id = f"{name}-test-{len(found)}-0"
            try:
                item = process(record, item_id)
            except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
                what = (
                    f"lacks the field {error}"
                    if isinstance(error, KeyError)
                    else f"does not fit ({type(error).__name__})"
                )
                raise EvaluationError(f"{name}: record {line} of {path} {what}; see {benchmark.process_fn}") from None
            if several and item.subject is None:
                item = replace(item, subject=Path(path).stem)
            found.append(Numbered(len(found), item_id, item))
    return found


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file: one a line of JSONL; of JSON those of the list that it is, or the only one that it holds."""
    try:
        if path.suffix == ".jsonl":
            with path.open(encoding="utf-8-sig") as lines:
                yield from (json.loads(line) for line in lines if line.strip())
            return
        content = json.loads(path.read_bytes())
    except ValueError:
        raise EvaluationError(f"{path} is not valid JSON in UTF-8; fetch it again") from None
    lists = [content] if isinstance(content, list) else [one for one in content.values() if isinstance(one, list)]
    if len(lists) != 1:
        raise EvaluationError(f"{path} holds {len(lists)} lists of records; one is expected")
    yield from lists[0]
