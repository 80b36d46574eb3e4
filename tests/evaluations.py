"""Outputs of evaluations that suites share: the format of GSM8K's example solutions, of two systems that differ."""

import json
from pathlib import Path

from darwin_assets.acquire.manifest import Manifest, write_manifest

LARGE, SMALL = "large", "small"


def solutions(n_items: int, n_wrong: int) -> str:
    """Lines of as many items; the large system has all right, the small one has the first `n_wrong` wrong."""
    return "\n".join(_line(place, is_correct=place >= n_wrong) for place in range(n_items))


def evaluation_drop(folder: Path, source: str, files: dict[str, str], **stated: object) -> Path:
    """A folder with files and the manifest of an evaluation, to which `stated` adds fields."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_manifest(
        folder, Manifest.model_validate({"source": source, "licence": "MIT", "kind": "evaluation", **stated})
    )
    return folder


def _line(place: int, *, is_correct: bool) -> str:
    boxes, each = place % 7 + 2, place % 5 + 3
    right = place + boxes * each
    question = f"Ada has {place} pears and buys {boxes} boxes of {each} pears each. How many pears has she now?"
    return json.dumps({"question": question, "ground_truth": f"{boxes} * {each} + {place} = {right}\n#### {right}"} | {
        LARGE: _answered(right, is_correct=True),
        SMALL: _answered(right if is_correct else right + 1, is_correct=is_correct),
    })  # fmt: skip


def _answered(answer: int, *, is_correct: bool) -> dict[str, object]:
    return {"is_correct": is_correct, "solution": f"She has {answer} pears.\n#### {answer}"}
