"""Puts the lines of a PDF together: what continues a paragraph, what begins one, what was divided at a line end."""

from __future__ import annotations

import re
import statistics
from itertools import pairwise

from darwin_assets.normalize.pdf_line import NUMBERED, WORD, Line

_BULLET = re.compile(r"[•▪◦‣●○■]\s*")
_LIST_ITEM = re.compile(r"(?:[•▪◦‣●○■–]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s")
_SENTENCE_END = re.compile(r"[.!?:]['\"”’)\]]*$")


class Writer:
    """Puts lines together; the place of each line decides whether it continues what stands before it."""

    def __init__(self, vocabulary: frozenset[str]):
        self.vocabulary = vocabulary
        self.parts: list[str] = []
        self.sections: list[str] = []
        self.page_offsets: list[int] = []
        self.n_hyphens = 0
        self._n_chars = 0
        self._last: Line | None = None
        self._last_level = 0
        self._same_page = False
        self._pitch = 0.0
        self._rights: dict[int, float] = {}

    def begin_page(self, page: list[Line]) -> None:
        self.page_offsets.append(self._n_chars)
        self._same_page = False
        pitches = [a.bottom - b.bottom for a, b in pairwise(page) if a.bottom > b.bottom]
        self._pitch = statistics.median(pitches) if pitches else 0.0
        self._rights = {}
        for line in page:
            column = round(line.left / 20)
            for near in (column - 1, column, column + 1):
                self._rights[near] = max(self._rights.get(near, 0.0), line.right)

    def write(self, line: Line, level: int) -> None:
        if level:
            self._heading(line, level)
        elif self._last is not None and self._last.hyphen and not self._last_level:
            self._join_divided(line)
        else:
            self._add(self._separator(line) + _plain(line.text))
        self._last, self._last_level, self._same_page = line, level, True

    def _heading(self, line: Line, level: int) -> None:
        if self._continues_heading(line, level):
            self.sections[-1] = f"{self.sections[-1]} {line.text}"
            self._add(f" {line.text}")
            return
        self.sections.append(line.text)
        self._add(f"{self._blank()}{'#' * level} {line.text}")

    def _continues_heading(self, line: Line, level: int) -> bool:
        last = self._last
        if last is None or not self._same_page or level != self._last_level or NUMBERED.match(line.text):
            return False
        return 0 < last.bottom - line.bottom < 1.7 * line.size

    def _separator(self, line: Line) -> str:
        last = self._last
        if last is None or self._last_level or abs(last.size - line.size) > 0.1 * max(last.size, line.size):
            return self._blank()
        ends_sentence = bool(_SENTENCE_END.search(last.text))
        if not self._same_page or line.bottom > last.top:
            # A float or a heading may stand first on the new page: only a small letter surely goes on.
            return " " if not ends_sentence and line.text[0].islower() else self._blank()
        is_short = last.right < self._rights.get(round(last.left / 20), 0.0) - 3 * last.size
        is_indented = 0.8 * line.size < line.left - last.left < 5 * line.size
        is_apart = last.bottom - line.bottom > 1.4 * max(self._pitch, line.size)
        if is_apart or (ends_sentence and (is_short or is_indented)):
            return self._blank()
        is_shifted = abs(line.left - last.left) > 2 * line.size
        return "\n" if is_short or is_shifted or _LIST_ITEM.match(line.text) else " "

    def _join_divided(self, line: Line) -> None:
        """A word divided at a line end: one word, unless the document also writes it with its hyphen."""
        before = WORD.findall(self.parts[-1])[-1:]
        after = WORD.match(line.text)
        hyphen = "-"
        if before and after and _is_one_word(before[0], after[0], self.vocabulary):
            hyphen = ""
            self.n_hyphens += 1
        self._add(hyphen + _plain(line.text))

    def _blank(self) -> str:
        return "\n\n" if self._n_chars else ""

    def _add(self, text: str) -> None:
        self.parts.append(text)
        self._n_chars += len(text)


def _is_one_word(first: str, second: str, vocabulary: frozenset[str]) -> bool:
    if not second[0].islower():
        return False
    low, high = first.casefold(), second.casefold()
    if f"{low}{high}" in vocabulary:
        return True
    if f"{low}-{high}" in vocabulary:
        return False
    return not (len(low) > 2 and len(high) > 2 and low in vocabulary and high in vocabulary)


def _plain(text: str) -> str:
    """A line of running text that Markdown does not take for a heading; bullets as Markdown has them."""
    text = re.sub(r"^(#{1,6})(?=\s)", r"\\\1", text)
    return _BULLET.sub("- ", text, count=1) if _BULLET.match(text) else text
