"""The twelve EAI dimensions as a language model sees them: what it is asked, and what becomes of its answer (D18)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from darwin_assets.annotate.disciplines import detail_of_code, discipline_of_code
from darwin_assets.annotate.taxonomy import DIMENSIONS, FDC_LEVELS, numbers

PROMPT = Path(__file__).parent / "prompts" / "taxonomy.v1.md"
FDC = "fdc"
ABSTAIN = -1
MAX_TOKENS = 400
CUT = "\n[...]\n"
N_PARTS = 3

COLUMNS: dict[str, pl.DataType] = {
    "taxonomy": pl.List(pl.Struct({"dimension": pl.String(), "primary": pl.Int64(), "secondary": pl.Int64()})),
    "taxonomy_by": pl.String(),
    "taxonomy_failed": pl.String(),
    "taxonomy_discipline": pl.String(),
    "discipline_detail": pl.String(),
}
"""The values of each of the twelve dimensions, numbered as in the EAI taxonomy, -1 abstains; the engine that gave them; why
there are none; the discipline and the sub-label of the primary FDC code. All null where no model was asked."""

_REASONING = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL)
_ALLOWED: Mapping[str, frozenset[int]] = {
    FDC: frozenset({ABSTAIN, *range(1000)}),
    **{name: frozenset(numbers(label_set).values()) for name, label_set in DIMENSIONS.items()},
}


@dataclass(frozen=True)
class Answer:
    """Values by dimension (fdc and the nine), or the reason why the answer cannot be used: a code, never document text."""

    values: dict[str, tuple[int, int]] | None
    reason: str | None = None


def excerpt(text: str, max_chars: int) -> str:
    """A text that fits, or three parts of equal length: start, middle and end."""
    if len(text) <= max_chars:
        return text
    size = max_chars // N_PARTS
    middle = (len(text) - size) // 2
    return CUT.join([text[:size], text[middle : middle + size], text[len(text) - size :]])


def messages(text: str) -> tuple[Mapping[str, str], ...]:
    """The constant instructions first, so that servers can reuse them, the document last."""
    return (
        {"role": "system", "content": PROMPT.read_text(encoding="utf-8").strip()},
        {"role": "user", "content": text},
    )


def prompt_id() -> str:
    """Name, version and content hash of the prompt."""
    return f"{PROMPT.stem}.{hashlib.sha256(PROMPT.read_bytes()).hexdigest()[:12]}"


def schema() -> dict[str, Any]:
    """JSON schema of an answer, for servers that hold a model to one."""
    pair = {
        name: {
            "type": "array",
            "items": {"type": "integer", "minimum": min(allowed), "maximum": max(allowed)},
            "minItems": 2,
            "maxItems": 2,
        }
        for name, allowed in _ALLOWED.items()
    }
    return {"type": "object", "properties": pair, "required": list(pair), "additionalProperties": False}


def parse(reply: str | None) -> Answer:
    """Strict: one JSON object, exactly the ten keys, two allowed whole numbers each. Anything else abstains with a reason:
    no_text, not_json, keys, or value_ and the dimension.
    """
    body = _REASONING.sub("", reply or "").strip()
    if not body:
        return Answer(None, "no_text")
    fenced = _FENCE.match(body)
    try:
        found = json.loads(fenced.group(1) if fenced else body)
    except (ValueError, RecursionError):
        return Answer(None, "not_json")
    if not isinstance(found, dict) or set(found) != set(_ALLOWED):
        return Answer(None, "keys")
    for name, allowed in _ALLOWED.items():
        pair = found[name]
        if (
            not isinstance(pair, list)
            or len(pair) != 2
            or any(type(one) is not int or one not in allowed for one in pair)
        ):
            return Answer(None, f"value_{name}")
    return Answer({name: (found[name][0], found[name][1]) for name in _ALLOWED})


def columns_of(answer: Answer, engine: str) -> dict[str, Any]:
    """One document's values of COLUMNS."""
    if answer.values is None:
        return dict.fromkeys(COLUMNS) | {"taxonomy_by": engine, "taxonomy_failed": answer.reason}
    primary, secondary = answer.values[FDC]
    levels = [_level(code) for code in (primary, secondary)]
    entries = [
        {"dimension": name, "primary": first, "secondary": second}
        for name, first, second in zip(FDC_LEVELS, *levels, strict=True)
    ]
    entries += [
        {"dimension": name, "primary": answer.values[name][0], "secondary": answer.values[name][1]}
        for name in DIMENSIONS
    ]
    known = primary != ABSTAIN
    return {
        "taxonomy": entries,
        "taxonomy_by": engine,
        "taxonomy_failed": None,
        "taxonomy_discipline": discipline_of_code(primary).value if known else None,
        "discipline_detail": detail_of_code(primary) if known else None,
    }


def _level(code: int) -> tuple[int, int, int]:
    """A code by hundreds, tens and ones: 532 is 500, 530, 532."""
    return (ABSTAIN,) * 3 if code == ABSTAIN else (code // 100 * 100, code // 10 * 10, code)
