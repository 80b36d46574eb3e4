"""Placeholders for protected spans: hidden before the rules run, put back after them.

The delimiters are Unicode noncharacters, which no text should hold; those that a text does hold are hidden
too (`protect.RESERVED`), so that `show(hide(text)) == text` for every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from darwin_assets.refine.rules.protect import RESERVED, Span

BLOCK_OPEN, INLINE_OPEN, LATE_BLOCK_OPEN, LATE_INLINE_OPEN, CLOSE = (
    "\ufdd0",
    "\ufdd1",
    "\ufdd2",
    "\ufdd3",
    "\ufdd4",
)
ANY = re.compile(RESERVED)
BLOCK = re.compile(f"[{BLOCK_OPEN}{LATE_BLOCK_OPEN}]")


class Mask:
    """One layer of hidden spans. Equal contents share a placeholder, so equal paragraphs stay equal."""

    def __init__(self, block_open: str, inline_open: str) -> None:
        self.block_open = block_open
        self.inline_open = inline_open
        self.contents: list[str] = []
        self.placeholders: dict[tuple[str, str], str] = {}

    def hide(self, text: str, spans: Iterable[Span]) -> str:
        """`text` with each span (in order, without overlap) behind a placeholder."""
        pieces, reached = [], 0
        for span in spans:
            opener = self.inline_open if span.kind == "inline" else self.block_open
            pieces += [text[reached : span.start], self.placeholder(opener, text[span.start : span.end])]
            reached = span.end
        return "".join([*pieces, text[reached:]])

    def placeholder(self, opener: str, content: str) -> str:
        """What stands for a content."""
        if (opener, content) not in self.placeholders:
            self.placeholders[opener, content] = f"{opener}{len(self.contents)}{CLOSE}"
            self.contents.append(content)
        return self.placeholders[opener, content]

    def show(self, text: str) -> str:
        """`text` with this layer's placeholders replaced by what they stand for."""
        pattern = f"[{self.block_open}{self.inline_open}]([0-9]+){CLOSE}"
        return re.sub(pattern, lambda match: self.contents[int(match[1])], text)


def is_free(line: str) -> bool:
    """Whether a line holds no protected span at all."""
    return ANY.search(line) is None


def holds_block(text: str) -> bool:
    """Whether a text holds a span that must stay exactly as it is."""
    return BLOCK.search(text) is not None
