"""Which windows of a level's rows are put to an engine (papers.md §1.6, §5b D34)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from darwin_assets.complete.settings import CompleteSettings
from darwin_assets.complete.tokens import counter
from darwin_assets.complete.windows import split


@dataclass(frozen=True)
class WindowTask:
    """One window to complete: `text` begins at character `start_char` of the row's text, without outer white
    space.
    """

    key: str
    row_id: str
    index: int
    start_char: int
    text: str


def plan(rows: pl.DataFrame, settings: CompleteSettings) -> list[WindowTask]:
    """The tasks of rows (`id`, `text`, `document_kind`) whose kind is in scope, in order; blank windows are
    none.
    """
    count = counter(settings.tokenizer).count
    found: list[WindowTask] = []
    for row_id, text, kind in rows.select("id", "text", "document_kind").iter_rows():
        if skip_reason(kind, settings) is not None:
            continue
        start = 0
        for index, window in enumerate(split(text or "", count, settings.window_tokens)):
            content = window.strip()
            if content:
                found.append(WindowTask(f"{row_id}:{index}", row_id, index, start + window.index(content), content))
            start += len(window)
    return found


def skip_reason(kind: str | None, settings: CompleteSettings) -> str | None:
    """Why documents of a kind are not completed; None for a kind in scope."""
    if kind in settings.document_kinds:
        return None
    return f"document_kind:{kind or 'unknown'}"
