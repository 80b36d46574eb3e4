"""The files of a report: Markdown with its pictures, one page of HTML with all in it, and every number as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Any

import polars as pl

from darwin_assets.closed_loop.diagnose.diagnose import Diagnosis
from darwin_assets.closed_loop.report.pictures import pictures
from darwin_assets.closed_loop.report.report import report
from darwin_assets.funnel import svg_markdown
from darwin_assets.markdown import to_html

SIGNIFICANT_DIGITS = 9
"""Of numbers in JSON: sums of floats in another order differ behind these."""


def write_report(diagnosis: Diagnosis, title: str, folder: Path, data: Sequence[str] = ()) -> list[Path]:
    """report.md, report.html, diagnosis.json and the pictures; the same diagnosis gives the same bytes."""
    drawn = {name: svg for name, _, svg in pictures(diagnosis)}
    files = {
        "report.md": report(diagnosis, title, lambda name, caption, _: f"![{caption}]({name}.svg)", data),
        "report.html": to_html(inlined(diagnosis, title, data), f"Diagnosis of {title}"),
        "diagnosis.json": as_json(diagnosis),
        **{f"{name}.svg": svg for name, svg in drawn.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def inlined(diagnosis: Diagnosis, title: str, data: Sequence[str] = ()) -> str:
    """The report as Markdown that holds its pictures, for where no file can stand beside it."""
    return report(diagnosis, title, lambda _, caption, svg: svg_markdown(svg, caption), data)


def as_json(diagnosis: Diagnosis) -> str:
    found = {name: _plain(value) for name, value in vars(diagnosis).items()}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, pl.DataFrame):
        return _plain(value.to_dicts())
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        # JSON has no word for what is not a number
        return None if isnan(value) else float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    return value
