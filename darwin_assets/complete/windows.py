"""Windows of at most 1,024 tokens that join back to the document exactly (papers.md §1.6, §5b D33)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from darwin_assets.refine.chunks import SENTENCE
from darwin_assets.refine.rules.protect import Span, blocks, paragraphs

HEADING = re.compile(r"#{1,6}\s[^\n]*\Z")
# What a piece that exceeds a window is cut after, from the best place to the worst.
FINER = tuple(re.compile(pattern) for pattern in (r"\n+", SENTENCE, r"\s+"))


def split(text: str, count_tokens: Callable[[str], int], window_tokens: int = 1024) -> list[str]:
    """Pieces of a text, none above `window_tokens`; joined without anything between they are the text.

    Cut between paragraphs, after a heading's first paragraph rather than before it, and inside a paragraph or
    block only where that alone exceeds the window. A single character is never cut, even where it takes more
    tokens.
    """
    return pack(units(text), count_tokens, window_tokens)


def pack(whole: Iterable[str], count_tokens: Callable[[str], int], window_tokens: int) -> list[str]:
    """Windows of consecutive pieces, as many in each as fit; a piece is cut only where it alone exceeds a window."""
    pieces = [fitting for piece in whole for fitting in fit(piece, count_tokens, window_tokens)]
    counts = [count_tokens(piece) for piece in pieces]
    windows: list[str] = []
    start = 0
    while start < len(pieces):
        end, total = start + 1, counts[start]
        while end < len(pieces) and total + counts[end] <= window_tokens:
            total += counts[end]
            end += 1
        while end - start > 1 and count_tokens("".join(pieces[start:end])) > window_tokens:
            end -= 1
        windows.append("".join(pieces[start:end]))
        start = end
    return windows


def units(text: str) -> Iterator[str]:
    """Paragraphs with the white space after them, a heading with what it heads, a block as a whole."""
    spans = blocks(text)
    reached, after_heading = 0, True
    for start, paragraph in paragraphs(text):
        if start > reached and not after_heading and not inside(spans, start):
            yield text[reached:start]
            reached = start
        after_heading = HEADING.match(paragraph) is not None
    if text[reached:]:
        yield text[reached:]


def inside(spans: list[Span], position: int) -> bool:
    """Whether a position lies within a block, past its first character."""
    return any(span.start < position < span.end for span in spans)


def fit(piece: str, count_tokens: Callable[[str], int], window_tokens: int, level: int = 0) -> Iterator[str]:
    """A piece in parts that each fit a window."""
    if len(piece) <= 1 or count_tokens(piece) <= window_tokens:
        yield piece
    elif level < len(FINER):
        ends = [match.end() for match in FINER[level].finditer(piece)]
        for start, end in zip([0, *ends], [*ends, len(piece)], strict=True):
            if start < end:
                yield from fit(piece[start:end], count_tokens, window_tokens, level + 1)
    else:
        middle = len(piece) // 2
        yield from fit(piece[:middle], count_tokens, window_tokens, level)
        yield from fit(piece[middle:], count_tokens, window_tokens, level)
