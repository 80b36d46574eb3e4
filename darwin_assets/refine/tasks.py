"""Which chunks of a level's rows are put to an engine (papers.md §1.5)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from darwin_assets.refine.chunks import chunks
from darwin_assets.refine.settings import RefineSettings


@dataclass(frozen=True)
class ChunkTask:
    """One chunk to refine: `text` begins at character `start_char` of the row's text and has no outer
    whitespace.

    The whitespace between two tasks belongs to the joint: no engine sees it, so none can glue words together.
    """

    key: str
    row_id: str
    index: int
    start_char: int
    text: str


def plan(rows: pl.DataFrame, settings: RefineSettings) -> list[ChunkTask]:
    """The tasks of rows (`id`, `text`), in order; `index` counts all chunks of a row.

    Chunks that hold only whitespace, or that lie wholly in a code block, table or formula (KEEP1, KEEP2,
    KEEP4), are no tasks: nothing in them may change.
    """
    return [
        task
        for row_id, text in rows.select("id", "text").iter_rows()
        for task in tasks_of(row_id, text or "", settings.chunk_chars)
    ]


def tasks_of(row_id: str, text: str, chunk_chars: int) -> list[ChunkTask]:
    """The tasks of one document."""
    found = []
    for index, chunk in enumerate(chunks(text, chunk_chars)):
        content = chunk.text.strip()
        if content and chunk.protected is None:
            start = chunk.start_char + chunk.text.index(content)
            found.append(ChunkTask(f"{row_id}:{index}", row_id, index, start, content))
    return found
