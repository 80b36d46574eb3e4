"""Any file or folder of evaluation outputs into one frame: who can read a file is told by its name and its beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from darwin_assets.evaluation.outputs import (
    bbh,
    evalscope,
    gsm8k_solutions,
    helm,
    inspect_log,
    lighteval,
    lm_eval,
    opencompass,
    predictions,
    tora,
)
from darwin_assets.evaluation.outputs.records import SHAPE_ERRORS, Fault, fault_row
from darwin_assets.evaluation.outputs.sample import Sample, frame, storable
from darwin_assets.file_names import name_in_drop
from resources.errors import DarwinError

HEAD_BYTES = 65_536


@dataclass(frozen=True)
class Format:
    """`claims` sees a file's path and the beginning of its text; `read` may raise a Fault or one of
    SHAPE_ERRORS, which becomes a row."""

    name: str
    claims: Callable[[Path, str], bool]
    read: Callable[[Path], Iterator[Sample]]


FORMATS = (
    Format("lm-eval", lm_eval.claims, lm_eval.read),
    Format("lighteval", lighteval.claims, lighteval.read),
    Format("helm", helm.claims, helm.read),
    Format("inspect", inspect_log.claims, inspect_log.read),
    Format("evalscope", evalscope.claims, evalscope.read),
    Format("predictions", predictions.claims, predictions.read),
    Format("opencompass", opencompass.claims, opencompass.read),
    Format("bbh", bbh.claims, bbh.read),
    Format("gsm8k-solutions", gsm8k_solutions.claims, gsm8k_solutions.read),
    Format("tora", tora.claims, tora.read),
)
"""In this order: the names of the first ones are their own, the last ones are known by what stands in the file."""


class UnknownFormatError(DarwinError):
    """A file or folder in which no reader finds anything."""


@dataclass(frozen=True)
class Imported:
    """`samples` is a frame of SCHEMA. `unread` are files beside the outputs: results, reports, settings."""

    samples: pl.DataFrame
    unread: list[str]


def read_outputs(folder: Path) -> Imported:
    """Everything in a folder that a reader knows, files in the order of their names.

    What cannot be read is a row with `error`. UnknownFormatError where no file is known at all.
    """
    samples: list[Sample] = []
    unread = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        relative = path.relative_to(folder)
        found = format_of(path)
        if found is None:
            unread.append(name_in_drop(relative))
        else:
            samples += _rows(found, path, relative)
    if not samples:
        raise UnknownFormatError(f"no evaluation outputs in {folder}; known formats: {_known()}")
    return Imported(frame(samples), unread)


def read_file(path: Path) -> pl.DataFrame:
    """The rows of one file, as a frame of SCHEMA. UnknownFormatError where no reader knows it."""
    found = format_of(path)
    if found is None:
        raise UnknownFormatError(f"{path.name} is in no known format: {_known()}")
    return frame(_rows(found, path, Path(path.name)))


def format_of(path: Path) -> Format | None:
    """The format of a file; null where no reader knows it."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES).decode("utf-8-sig", errors="replace")
    return next((one for one in FORMATS if one.claims(path, head)), None)


def _rows(found: Format, path: Path, relative: Path) -> Iterator[Sample]:
    for sample in _samples(found, path):
        name = name_in_drop(relative.parent / (sample.file or path.name))
        yield storable(replace(sample, format=found.name, file=name))


def _samples(found: Format, path: Path) -> Iterator[Sample]:
    try:
        yield from found.read(path)
    except (Fault, *SHAPE_ERRORS) as error:
        yield fault_row(error)


def _known() -> str:
    return ", ".join(one.name for one in FORMATS)
