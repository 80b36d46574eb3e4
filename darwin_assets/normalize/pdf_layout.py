"""Lines of a PDF and where they stand → paragraphs, headings, and what only repeats on every page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from darwin_assets.normalize.pdf_line import NUMBERED, WORD, Line
from darwin_assets.normalize.pdf_writer import Writer

_PAGE_NUMBER = re.compile(r"[^\w]*(?:\d+|[ivxlc]+)[^\w]*", re.IGNORECASE)
_PAGE_NUMBER_AT_EDGE = re.compile(r"^\d+\s+|\s+\d+$")
_EDGE_LINES = 2
"""Lines at the top and at the bottom of a page that may be running titles."""
_MIN_REPEATS = 3
_HEADING_RATIO = 1.12
"""Font size above the body's from which a short line is a heading."""
_MAX_HEADING_CHARS = 120
_MAX_HEADING_LEVEL = 4


Form = tuple[str, float]


@dataclass(frozen=True)
class Composed:
    """A document put together from its lines."""

    text: str
    title: str | None
    sections: tuple[str, ...]
    page_offsets: tuple[int, ...]
    n_furniture: int
    n_hyphens: int


def compose(pages: Sequence[Sequence[Line]], *, min_furniture_share: float) -> Composed:
    """Markdown of all pages; a paragraph may run over a page break, `page_offsets` says where pages begin."""
    furniture = furniture_forms(pages, min_share=min_furniture_share)
    kept = [_join_raised([line for line in page if not _is_furniture(line, page, furniture)]) for page in pages]
    kept = [[line for line in page if line.text] for page in kept]
    body_size = _body_size(kept)
    levels = _heading_levels(kept, body_size)
    writer = Writer(_vocabulary(kept))
    for page in kept:
        writer.begin_page(page)
        for line in page:
            writer.write(line, _heading_level(line, body_size, levels))
    return Composed(
        text="".join(writer.parts),
        title=_title(kept, levels, writer.sections),
        sections=tuple(writer.sections),
        page_offsets=tuple(writer.page_offsets),
        n_furniture=sum(_is_furniture(line, page, furniture) for page in pages for line in page),
        n_hyphens=writer.n_hyphens,
    )


# Running titles and page numbers


def furniture_forms(pages: Sequence[Sequence[Line]], *, min_share: float) -> frozenset[Form]:
    """Forms of edge lines that return on at least `min_share` of all, the left or the right pages."""
    found: set[Form] = set()
    for chosen in (pages, pages[::2], pages[1::2]):
        counts = Counter(form for page in chosen for form in {_form(line) for line in _edges(page)})
        least = max(_MIN_REPEATS, min_share * len(chosen))
        found |= {form for form, count in counts.items() if count >= least}
    return frozenset(found)


def _edges(page: Sequence[Line]) -> list[Line]:
    by_height = sorted(page, key=lambda line: line.top)
    return by_height if len(page) <= 2 * _EDGE_LINES else by_height[:_EDGE_LINES] + by_height[-_EDGE_LINES:]


def _form(line: Line) -> Form:
    """A line without the page number at its start or end, and its size: a title on its own page is larger."""
    if _PAGE_NUMBER.fullmatch(line.text):
        return "#", 0.0
    return _PAGE_NUMBER_AT_EDGE.sub("#", line.text).casefold(), _step(line.size)


def _is_furniture(line: Line, page: Sequence[Line], forms: frozenset[Form]) -> bool:
    return _form(line) in forms and line in _edges(page)


# Lines


def _join_raised(lines: list[Line]) -> list[Line]:
    """Exponents drawn as lines of their own put back into the line beside them: `f`, `−1`, `(U)`."""
    joined: list[Line] = []
    for line in lines:
        before = joined[-1] if joined else None
        if before is None or before.hyphen or not _beside(before, line):
            joined.append(line)
            continue
        raised = line.size < 0.85 * before.size and line.bottom > before.bottom + 0.2 * before.size
        close = line.left - before.right < 0.15 * before.size
        text = f"{before.text}{(raised * '^') if close else ' '}{line.text}"
        joined[-1] = replace(before, text=text, right=max(before.right, line.right), hyphen=line.hyphen)
    return joined


def _beside(before: Line, line: Line) -> bool:
    overlap = min(before.top, line.top) - max(before.bottom, line.bottom)
    height = max(min(before.top - before.bottom, line.top - line.bottom), 0.1)
    gap = line.left - before.right
    return overlap > 0.3 * height and -0.3 * before.size < gap < 2 * before.size


def _body_size(pages: list[list[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[_step(line.size)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _step(size: float) -> float:
    return round(size * 2) / 2


def _vocabulary(pages: list[list[Line]]) -> frozenset[str]:
    """The document's words, without the halves of divided ones."""
    words: set[str] = set()
    divided = False
    for page in pages:
        for line in page:
            found = WORD.findall(line.text.casefold())
            words.update(found[int(divided) : -1 if line.hyphen else None])
            divided = line.hyphen
    return frozenset(words)


# Headings


def _looks_like_heading(line: Line) -> bool:
    text = line.text
    return len(text) <= _MAX_HEADING_CHARS and bool(re.search(r"[^\W\d_]{3}", text)) and text[-1] not in ".,;:"


def _heading_levels(pages: list[list[Line]], body_size: float) -> dict[float, int]:
    sizes = {_step(line.size) for page in pages for line in page if _looks_like_heading(line)}
    larger = sorted((size for size in sizes if size > _HEADING_RATIO * body_size), reverse=True)
    return {size: min(level, _MAX_HEADING_LEVEL) for level, size in enumerate(larger, 1)}


def _heading_level(line: Line, body_size: float, levels: dict[float, int]) -> int:
    """0 for running text. A numbered bold line in body size is a heading as deep as its number."""
    if not _looks_like_heading(line):
        return 0
    if level := levels.get(_step(line.size)):
        return level
    numbered = NUMBERED.match(line.text)
    if numbered and line.bold and line.size >= 0.95 * body_size:
        return min(numbered[1].count(".") + 2, _MAX_HEADING_LEVEL)
    return 0


def _title(pages: list[list[Line]], levels: dict[float, int], sections: list[str]) -> str | None:
    """The first heading, when it is the largest text of the first page that has any."""
    first = next((page for page in pages if page), [])
    headed = [line for line in first if _step(line.size) in levels and _looks_like_heading(line)]
    if not headed or not sections or headed[0].size < max(line.size for line in headed):
        return None
    return sections[0]
