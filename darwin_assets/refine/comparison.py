"""A chunk and an engine's answer, taken apart into what the guards compare (papers.md §1.7, §5b D30, D36).

Both sides are read as a reader sees them: links by their words, images by their description, no addresses, no
tags, compatible characters folded. So what L4 may remove (DEL7, DEL12) never counts as a lost number.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from darwin_assets.refine.rules.protect import CITATION, EXERCISE, IN_PARAGRAPH, PART, QUESTION, blocks

MARKUP = (
    (
        re.compile(r"!\[((?:[^\[\]\n]|\[[^\[\]\n]*\]){0,4000})\]\([^()\n]{0,2000}(?:\([^()\n]*\)[^()\n]*)?\)"),
        r"\1",
    ),
    (
        re.compile(
            r"\[([^\[\]\n]{0,1000})\]\(\s*<?[^()\s]{0,2000}(?:\([^()\s]*\)[^()\s]*)?>?(?:\s+\"[^\"\n]*\")?\s*\)"
        ),
        r"\1",
    ),
    (re.compile(r"<img\b[^<>]*?\balt\s*=\s*[\"']([^\"'<>]*)[\"'][^<>]*>", re.IGNORECASE), r"\1"),
    (re.compile(r"\\includegraphics\s*(?:\[[^\]\n]*\])?\{[^{}\n]*\}"), ""),
    (re.compile(r"</?[a-zA-Z][^<>\n]{0,2000}>|<!--[^\n]{0,2000}?-->"), ""),
    (re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"'`]*|\b(?:doi:?\s*)10\.\d{4,9}/\S+", re.IGNORECASE), ""),
    (re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]"), ""),
)
WORD = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
HEADING = re.compile(r"[ \t]*#{1,6}[ \t]*(\S.*?)[ \t#]*$", re.MULTILINE)
FORMULA = re.compile(
    r"(?<!\\)\$\$(.+?)(?<!\\)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|"
    rf"(?<![\\$])\$(?![\s$])({IN_PARAGRAPH}{{0,400}}?)(?<![\s\\])\$(?!\d)",
    re.DOTALL,
)
FORMULA_LAYOUT = re.compile(r"\s+|\\[,;:!>]|\\(?:left|right|quad|qquad|displaystyle|textstyle)(?![a-zA-Z])")
UNIT_NAMES = [
    "km",
    "cm",
    "mm",
    "nm",
    "kg",
    "mg",
    "g",
    "m",
    "s",
    "ms",
    "ns",
    "h",
    "min",
    "mol",
    "K",
    "Pa",
    "kPa",
    "MPa",
    "J",
    "kJ",
    "MJ",
    "eV",
    "keV",
    "MeV",
    "GeV",
    "TeV",
    "GeV/c",
    "MeV/c",
    "W",
    "kW",
    "MW",
    "V",
    "mV",
    "A",
    "mA",
    "Hz",
    "kHz",
    "MHz",
    "GHz",
    "N",
    "kN",
    "C",
    "F",
    "T",
    "L",
    "mL",
    "dB",
    "rad",
    "Å",
    "°C",
    "°F",
    "%",
    "μm",
    "µm",
    "μs",
    "µs",
    "Ω",
    "fb",
    "pb",
    "mb",
]
QUANTITY = re.compile(
    r"(\d+(?:[.,]\d+)*)\s?(" + "|".join(sorted(map(re.escape, UNIT_NAMES), key=len, reverse=True)) + r")(?![\w/])"
)
MIN_CONTENT_CHARS = 4
# A single line break in a paragraph; a citation may run over it.
LINE_BREAK = re.compile(r"(?<=\S)[ \t]*\n[ \t]*(?=\S)")


def visible(text: str) -> str:
    """A text as a reader sees it, line by line."""
    text = text.replace("\r\n", "\n")
    for pattern, replacement in MARKUP:
        text = pattern.sub(replacement, text)
    return unicodedata.normalize("NFKC", html.unescape(text))


def words(text: str) -> list[str]:
    """Runs of letters and digits, case folded."""
    return WORD.findall(text.casefold())


def ngrams(tokens: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """All runs of n tokens; the whole sequence where it is shorter."""
    if not tokens:
        return []
    return [tuple(tokens[start : start + n]) for start in range(max(1, len(tokens) - n + 1))]


def formulas(text: str) -> Counter[str]:
    """LaTeX formulas without layout (spaces, `\\left`), so that the same formula in other delimiters is the
    same.
    """
    found = (next(part for part in groups if part) for groups in FORMULA.findall(text) if any(groups))
    return Counter(FORMULA_LAYOUT.sub("", formula) for formula in found)


def displayed(text: str) -> Counter[str]:
    """Formulas that stand by themselves, without layout."""
    return Counter(
        FORMULA_LAYOUT.sub("", text[span.start : span.end]) for span in blocks(text) if span.kind == "formula"
    )


class Side:
    """One of the two texts."""

    def __init__(self, text: str) -> None:
        self.raw = text
        self.text = visible(text)

    @cached_property
    def lines(self) -> list[str]:
        return [line for line in self.text.split("\n") if line.strip()]

    @cached_property
    def words(self) -> list[str]:
        return words(self.text)

    @cached_property
    def word_set(self) -> set[str]:
        return {*self.words, *map("".join, zip(self.words, self.words[1:], strict=False))}

    @cached_property
    def squeezed(self) -> str:
        """All letters and digits in a row: joined and split words are the same here."""
        return "".join(self.words)

    @cached_property
    def numbers(self) -> Counter[str]:
        return Counter(NUMBER.findall(self.text))

    @cached_property
    def quantities(self) -> Counter[str]:
        """Numbers with the unit that follows them."""
        return Counter(f"{number} {unit}" for number, unit in QUANTITY.findall(self.text))

    @cached_property
    def formulas(self) -> Counter[str]:
        return formulas(self.raw)

    @cached_property
    def headings(self) -> list[str]:
        return [title(heading) for heading in HEADING.findall(self.text)]

    @cached_property
    def citations(self) -> Counter[str]:
        unwrapped = LINE_BREAK.sub(" ", self.text)
        return Counter(" ".join(match.group().split()) for match in CITATION.finditer(unwrapped))

    @cached_property
    def protected(self) -> Counter[str]:
        """Rows of tables and code blocks, with their white space evened out."""
        spans = [span for span in blocks(self.raw) if span.kind in ("table", "code")]
        rows = (row for span in spans for row in self.raw[span.start : span.end].split("\n"))
        return Counter(" ".join(row.split()) for row in rows if row.strip())

    @cached_property
    def exercises(self) -> Counter[str]:
        """Opening words of lines that begin an exercise, a part of one, an example or a solution, or that
        ask.
        """
        openings = (EXERCISE, PART, QUESTION)
        found = (line for line in self.lines if any(opening.match(line) for opening in openings))
        return Counter(" ".join(words(line)[:4]) for line in found)


def title(heading: str) -> str:
    """A heading's words, whatever its mark-up."""
    return " ".join(words(heading))


class Comparison:
    """A chunk (`before`) and an answer (`after`)."""

    def __init__(self, before: str, after: str) -> None:
        self.before = Side(before)
        self.after = Side(after)

    @cached_property
    def line_is_gone(self) -> list[bool]:
        """For each line of the chunk, whether the answer left it out as a whole.

        Each line takes the word pairs that it finds in the answer, so of a repeated line one copy stays and
        the others are gone. A line of one word is there only as a line of its own.
        """
        pairs = Counter(ngrams(self.after.words, 2))
        alone = Counter(" ".join(words(line)) for line in self.after.lines)
        return [is_gone(words(line), pairs, alone) for line in self.before.lines]

    @cached_property
    def gone_side(self) -> Side:
        """The lines that were left out, taken apart like a text of their own."""
        pairs = zip(self.before.lines, self.line_is_gone, strict=True)
        return Side("\n".join(line for line, gone in pairs if gone))


def is_gone(line_words: list[str], pairs: Counter[tuple[str, ...]], alone: Counter[str]) -> bool:
    """Whether less than half of a line is left; what is left is taken out of `pairs` and `alone`."""
    if len(line_words) < 2:
        key = " ".join(line_words)
        present = alone[key] > 0
        alone[key] -= present
        return not present
    wanted = ngrams(line_words, 2)
    n_found = sum(pairs[pair] > 0 for pair in wanted)
    if n_found * 2 < len(wanted):
        return True
    for pair in wanted:
        pairs[pair] -= pairs[pair] > 0
    return False
