"""One text as the guards read it: words, numbers and formulas in order, lines, sentences (papers.md §5b D30)."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections import Counter

from darwin_assets.refine.lazy import lazy
from darwin_assets.refine.reading import Formulas, take_formulas_out, visible
from darwin_assets.refine.rules.protect import (
    CITATION,
    CITATION_SIGNS,
    EXERCISE,
    PART,
    QUESTION,
    TABLE_RULE,
    Span,
    blocks,
)
from darwin_assets.refine.tokens import (
    FORMULA_SIGN,
    TOKEN,
    is_formula,
    is_identifier,
    is_number,
    key,
    title,
    words,
)
from darwin_assets.refine.units import QUANTITY, UNIT_AFTER
from darwin_assets.refine.vocabulary import NUMBER_WORDS, as_digits

LETTERS = re.compile(r"[^\W\d_]{3}|\d\.\d")
HEADING = re.compile(
    r"(?:^[ \t]{0,9}|(?<=[.!?:] )(?<!^\d\. )(?<!^\d\d\. ))(#{1,6}[ \t]+\S[^\n]*?)[ \t#]*$", re.MULTILINE
)
UNKNOWN = "\ufffd"
LAST_WITH_CAPITALS = 0x52F
"""The last character of Latin, Greek and Cyrillic script."""
CAPITALS = "".join(one for one in map(chr, range(LAST_WITH_CAPITALS)) if one.isupper())
SENTENCE_END = re.compile(
    rf"[.!?:][\"”'’)\]*_]{{0,3}}\s+(?=[{CAPITALS}(\[“\"*#\ue000-\uf7ff])|[。！？।؟۔]|\n[ \t]*\n\s*"
)


def is_readable(line: str) -> bool:
    """Whether most characters of a line are letters, digits, spaces and usual signs: what is not is debris (DEL8)."""
    odd = sum(not (one.isalnum() or one in " .,()[]{}|+-*/=<>_$\\\"':;#`") or one in "|;'" for one in line)
    return odd * 3 < len(line)


def begins_exercise(line: str) -> bool:
    """Whether a line begins an exercise, a part of one, an example or a solution, or asks."""
    return any(opening.match(line) for opening in (EXERCISE, PART, QUESTION))


def heading_name(line: str) -> str:
    """A heading's marks of its level, and its words."""
    return f"{'#' * line.count('#')} {title(line)}"


class Side:
    """One of the two texts. `tokens` are words, numbers and formulas in the order of reading."""

    def __init__(self, text: str) -> None:
        self.raw = text

    @lazy
    def raw_lines(self) -> Counter[str]:
        """The lines of `raw`, in order."""
        return Counter(self.raw.split("\n"))

    @lazy
    def blocks(self) -> list[Span]:
        """Code, tables and displayed formulas of `raw`."""
        return blocks(self.raw)

    @lazy
    def _masked(self) -> tuple[str, Formulas]:
        # a bullet or letter of a PDF's own font stands where the signs for formulas do
        return take_formulas_out(FORMULA_SIGN.sub(UNKNOWN, self.raw), self.blocks)

    @lazy
    def written(self) -> Formulas:
        """The formulas, as they are written and in one form."""
        return self._masked[1]

    @lazy
    def text(self) -> str:
        """What a reader sees, with a sign in place of each formula."""
        return visible(self._masked[0])

    @lazy
    def pieces(self) -> list[str]:
        """What stands between white space: no word and no number reaches beyond it."""
        return self.text.split()

    @lazy
    def _parts(self) -> list[str]:
        """What stands before the first token, the token, what stands before the next one, and so on."""
        return TOKEN.split(self.text)

    @lazy
    def _edges(self) -> list[int]:
        """Where each of these ends."""
        return list(itertools.accumulate(map(len, self._parts)))

    @lazy
    def tokens(self) -> list[str]:
        return [one if one.isascii() and one.islower() else key(one) for one in self._parts[1::2]]

    @lazy
    def starts(self) -> list[int]:
        """First character of each token in `text`."""
        return self._edges[:-1:2]

    @lazy
    def ends(self) -> list[int]:
        return self._edges[1::2]

    @lazy
    def lines(self) -> list[str]:
        return [line for line in self.text.split("\n") if line.strip()]

    @lazy
    def line_ranges(self) -> list[tuple[int, int]]:
        """First and last-but-one token of each of `lines`."""
        found, position = [], 0
        for line in self.text.split("\n"):
            if line.strip():
                found.append((bisect_left(self.starts, position), bisect_left(self.starts, position + len(line))))
            position += len(line) + 1
        return found

    @lazy
    def sentences(self) -> list[tuple[int, int]]:
        """First and last-but-one token of each sentence; an empty line ends one too."""
        cuts = [bisect_right(self.starts, match.end() - 1) for match in SENTENCE_END.finditer(self.text)]
        edges = [0, *cuts, len(self.tokens)]
        return [(a, b) for a, b in itertools.pairwise(edges) if b > a]

    @lazy
    def words(self) -> list[str]:
        return words(self.text)

    @lazy
    def folded(self) -> str:
        """`text`, case folded."""
        return self.text.casefold()

    @lazy
    def word_set(self) -> set[str]:
        return {*self.words, *map("".join, zip(self.words, self.words[1:], strict=False))}

    @lazy
    def squeezed(self) -> str:
        """All letters and digits in a row: joined and split words are the same here."""
        return "".join(self.words)

    @lazy
    def number_places(self) -> list[int]:
        """Tokens that are numbers in digits, outside of formulas."""
        return [t for t, token in enumerate(self.tokens) if not token.isalpha() and is_number(token)]

    @lazy
    def numbers(self) -> Counter[str]:
        """These numbers, with their sign."""
        return Counter(self.tokens[t] for t in self.number_places)

    @lazy
    def readable_numbers(self) -> Counter[str]:
        """Numbers that a misread token may stand for: 1O5 for 105."""
        others = (token for token in self.tokens if not token.isalpha() and not is_number(token))
        mixed = (token for token in others if any(map(str.isdigit, token)))
        return Counter(number for token in mixed if (number := as_digits(token)))

    @lazy
    def quantities(self) -> Counter[str]:
        """Numbers with the unit that follows them."""
        return Counter(f"{number} {unit}" for number, unit in QUANTITY.findall(self.text))

    def unit_at(self, position: int) -> str:
        """The unit that begins at this position, behind a number, or ""."""
        match = UNIT_AFTER.match(self.text, position)
        return "".join(match[1].split()) if match else ""

    @lazy
    def formulas(self) -> Counter[str]:
        """Formulas in one form, whatever their delimiters and layout."""
        return Counter(self.written.forms)

    @lazy
    def headings(self) -> list[str]:
        """Headings with their level and their words, whatever their mark-up."""
        if "#" not in self.text:
            return []
        marked = "\n".join(line for line in self.lines if "#" in line)
        return [heading_name(line) for line in HEADING.findall(marked) if is_readable(line) and LETTERS.search(line)]

    @lazy
    def cited(self) -> list[tuple[str, int, int]]:
        """Citations and cross references: without white space, with their first and last-but-one token."""
        if not any(sign in self.text for sign in CITATION_SIGNS):
            return []
        unwrapped = self.text.replace("\n", " ")
        return [
            (
                "".join(match[0].replace("–", "-").split()),
                bisect_left(self.starts, match.start()),
                bisect_left(self.starts, match.end()),
            )
            for match in CITATION.finditer(unwrapped)
        ]

    @lazy
    def citations(self) -> Counter[str]:
        return Counter(name for name, _, _ in self.cited)

    @lazy
    def protected(self) -> Counter[str]:
        """Rows of tables and code blocks, with their white space evened out."""
        spans = [span for span in self.blocks if span.kind in ("table", "code")]
        rows = (row for span in spans for row in self.raw[span.start : span.end].split("\n"))
        return Counter(
            " ".join(row.split()) for row in rows if row.strip() and (is_readable(row) or TABLE_RULE.fullmatch(row))
        )

    @lazy
    def exercises(self) -> Counter[str]:
        """Opening words of lines that begin an exercise, a part of one, an example or a solution, or that ask."""
        return Counter(" ".join(words(line)[:4]) for line in self.lines if begins_exercise(line))

    def is_value(self, token: int) -> bool:
        """Whether a token is a number, a number in words, a formula or an identifier."""
        text = self.tokens[token]
        return is_formula(text) or text[-1].isdigit() or text in NUMBER_WORDS or is_identifier(text)
