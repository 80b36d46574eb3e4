"""Chunks of at most 1,024 characters that join back to the document exactly (papers.md §1.5, §5b D23)."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from darwin_assets.refine.rules.protect import Span, blocks

SENTENCE = r"[.!?][\"')\]”’]*\s+|[。！？][”’」』）]*\s*"
"""The end of a sentence; after some signs no space need follow."""
# From the best place to cut to the worst: after a paragraph, a sentence at a line end, a line, a sentence, a
# word.
BOUNDARIES = tuple(
    re.compile(pattern) for pattern in (r"\n[ \t]*\n\s*", r"[.!?][\"')\]”’]*\n", r"\n", SENTENCE, r"\s+")
)

# A heading belongs with what it heads.
MAX_HEADING_CHARS = 200
HEADING_AT_END = re.compile(r"^#{1,6}[ \t][^\n]*\s*\Z", re.MULTILINE)


@dataclass(frozen=True)
class Chunk:
    """A piece of a document. `protected` is the kind of block that it lies in wholly ("code"), or None."""

    start_char: int
    text: str
    protected: str | None


def split(text: str, chunk_chars: int = 1024) -> list[str]:
    """Pieces of a text, none longer than `chunk_chars`; joined without anything between they are the text."""
    return [chunk.text for chunk in chunks(text, chunk_chars)]


def chunks(text: str, chunk_chars: int = 1024) -> list[Chunk]:
    """Pieces cut at natural boundaries, and inside a code block, table or formula only where it exceeds the
    size.
    """
    spans = blocks(text)
    starts = [span.start for span in spans]
    found: list[Chunk] = []
    start = 0
    while start < len(text):
        end = cut(text, start, start + chunk_chars, spans, starts)
        found.append(Chunk(start, text[start:end], block_kind(text, start, end, spans, starts)))
        start = end
    return found


def cut(text: str, start: int, limit: int, spans: list[Span], starts: list[int]) -> int:
    """Where the chunk that begins at `start` ends, `limit` at most."""
    inside = span_at(spans, starts, start)
    if inside is not None and inside.end > limit:
        return best_boundary(text, start, limit)
    if inside is not None and inside.start < start:
        return inside.end
    end = best_boundary(text, inside.end if inside else start, limit)
    crossed = span_at(spans, starts, end)
    end = crossed.start if crossed is not None and crossed.start > start else end
    heading = HEADING_AT_END.search(text, max(start, end - MAX_HEADING_CHARS), end)
    return heading.start() if heading and heading.start() > start and end < len(text) else end


def block_kind(text: str, start: int, end: int, spans: list[Span], starts: list[int]) -> str | None:
    """The kind of the block that all of a chunk's content lies in."""
    content = text[start:end]
    first = start + len(content) - len(content.lstrip())
    last = start + len(content.rstrip()) - 1
    span = span_at(spans, starts, first)
    return span.kind if span is not None and last < span.end else None


def span_at(spans: list[Span], starts: list[int], position: int) -> Span | None:
    """The block that holds a position, or None."""
    index = bisect_right(starts, position) - 1
    return spans[index] if index >= 0 and position < spans[index].end else None


def best_boundary(text: str, start: int, limit: int) -> int:
    """The last boundary of the best class in the second half of the room; `limit` itself where there is none."""
    if limit >= len(text):
        return len(text)
    middle = start + (limit - start) // 2
    for boundary in BOUNDARIES:
        ends = [match.end() for match in boundary.finditer(text, middle, limit)]
        if ends:
            return ends[-1]
    return limit
