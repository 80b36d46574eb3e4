"""How far the labels by rules agree with labels by hand, and how fast they are.

    python -m benchmarks.slice_labels ../shared/data

reads `examples/evaluation/labels.tsv` (labels without text) and the items themselves from the data. Items of the part
`development` were seen while the rules were written, those of `held_out` were drawn afterwards. Prints Markdown tables and,
as the last line, JSON.
"""

import csv
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from darwin_assets.closed_loop.columns import SAMPLES
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.label.agreement import agreement, macro_kappa
from darwin_assets.closed_loop.label.rules import ASKED_FIELDS
from darwin_assets.markdown import table

LABELS = Path(__file__).parents[1] / "examples" / "evaluation" / "labels.tsv"
HASH_DIGITS = 16
FEW = 3
Key = tuple[str, str, str]


def items(data: Path) -> Iterator[tuple[Key, dict[str, Any]]]:
    """(benchmark, subset, item id) and `question`, `prompt`, `gold` of every item that may have been labelled."""
    folder = data / "benchmarks"
    for place, one in enumerate(_lines(folder / "gsm8k" / "test.jsonl")):
        yield ("gsm8k", "", str(place)), _shown(one["question"], one["question"], one["answer"])
    for one in _lines(folder / "math500" / "test.jsonl"):
        yield ("math_500", one["subject"], one["unique_id"]), _shown(one["problem"], one["problem"], one["answer"])
    for one in _lines(folder / "mmlu-stem" / "test.jsonl"):
        options = "\n".join(
            f"({letter}) {option}" for letter, option in zip("ABCDEFGHIJ", one["options"], strict=False)
        )
        key = ("mmlu_stem", one["topic"], str(one["id"]))
        yield key, _shown(one["question"], f"{one['question']}\n{options}", one["answer"])
    for path in sorted((folder / "bbh").glob("*.json")):
        for place, one in enumerate(json.loads(path.read_text(encoding="utf-8"))["examples"]):
            yield ("bbh", path.stem, str(place)), _shown(one["input"], one["input"], one["target"])


def by_hand() -> list[dict[str, Any]]:
    """The labels, a row an item, `operations` as a list."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        return [row | {"operations": row["operations"].split()} for row in csv.DictReader(file, delimiter="\t")]


def by_rules(rows: list[dict[str, Any]], data: Path) -> list[dict[str, Any]]:
    """The labels by rules of the same items, in the same order. ValueError where an item is not the one that was labelled."""
    found = dict(items(data))
    samples = []
    for place, row in enumerate(rows):
        key = (row["benchmark"], row["subset"], row["item_id"])
        shown = found[key]
        if hashlib.sha256(shown["question"].encode()).hexdigest()[:HASH_DIGITS] != row["question_sha256"]:
            raise ValueError(f"{' '.join(key)} is another item than the one that was labelled")
        samples.append(
            dict(zip(("benchmark", "subset", "item_id"), key, strict=True)) | shown | {"item": f"{place:04}"}
        )
    return label(pl.DataFrame(samples, schema=SAMPLES)).sort("item").to_dicts()


def main(data: Path) -> None:
    hand = by_hand()
    start = time.process_time()
    rules = by_rules(hand, data)
    seconds = time.process_time() - start
    parts = {part: [row["part"] == part for row in hand] for part in ("development", "held_out")}
    parts["held_out without bbh"] = [row["part"] == "held_out" and row["benchmark"] != "bbh" for row in hand]
    summary: dict[str, Any] = {"items_per_cpu_second": round(len(hand) / seconds)}
    for part, chosen in parts.items():
        first, second = (
            [{field: row[field] for field in ASKED_FIELDS} for row, taken in zip(rows, chosen, strict=True) if taken]
            for rows in (hand, rules)
        )
        agreed = agreement(first, second)
        same = sum(sorted(one["operations"]) == other["operations"] for one, other in zip(first, second, strict=True))
        shown = agreed.with_columns(pl.selectors.float().round(2)).rows()
        print(f"\n{part}: {len(first)} items\n\n{table(agreed.columns, shown)}")
        summary[part] = {
            "items": len(first),
            **dict(agreed.filter(pl.col("field") != "operations").select("field", pl.col("kappa").round(3)).rows()),
            "operations": round(macro_kappa(agreed) or 0.0, 3),
            f"operations_of_{FEW}_items": round(macro_kappa(agreed, FEW) or 0.0, 3),
            "same_operations": round(same / len(first), 3),
        }
    print(f"\n{json.dumps(summary)}")


def _shown(question: str, prompt: str, gold: str) -> dict[str, Any]:
    return {"question": question, "prompt": prompt, "gold": [gold], "output": ""}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
