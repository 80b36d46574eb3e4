"""The running text of a Markdown document: what is left when formulas, code, tables and markup are set aside.

The quality rules of Gopher were made for web prose. Counted as words, `\\frac{1}{2}`, a pipe table of numbers
or a listing would have a chemistry chapter dropped for short words and repetition, so the rules that look at
words or characters see only the prose. MathPile relaxed a threshold to the same end (papers.md §1.13).
Nothing here edits a document: the prose is read, measured and thrown away.

Taken out, one after the other: fenced and inline code, `$$...$$` and `\\[...\\]`, `$...$` and `\\(...\\)` formulas, rows of
pipe tables, HTML tags, images with their descriptions (written for screen readers, in set phrases), the targets of links,
URLs, horizontal rules, and the marks of headings, lists and quotations. Their words stay, as do those of links; marks of
emphasis stay too, since no rule counts them. Line breaks stay where they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from darwin_assets.filter.kernels.text_column import TextColumn


def prose_column(texts: TextColumn) -> TextColumn:
    """Return the prose of every text of a column."""
    from darwin_assets.filter.kernels.characters import character_table
    from darwin_assets.filter.kernels.prose_text import prose_bytes
    from darwin_assets.filter.kernels.text_column import TextColumn

    return TextColumn(*prose_bytes(*texts, character_table()))


def prose(text: str) -> str:
    """Return the prose of one document."""
    from darwin_assets.filter.kernels.text_column import text_column

    return prose_column(text_column(pl.Series([text], dtype=pl.String))).data.tobytes().decode()
