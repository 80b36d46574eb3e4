"""LaTeX source as tokens with their partners: the `}` of each `{`, the `\\end` of each `\\begin`.

All partners are found in one pass, so that reading stays linear in the length of the file whatever it holds.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from darwin_assets.normalize.latex_source import HOLD_CLOSE, HOLD_OPEN

_TOKEN = re.compile(
    rf"\\(?P<word>@?[A-Za-z][A-Za-z@]*)(?P<star>\*(?=\s*[\[{{]))?(?P<gap>[ \t]*(?:\n(?![ \t]*\n)[ \t]*)?)"
    rf"|\\(?P<symbol>.)|(?P<held>{HOLD_OPEN}\d+{HOLD_CLOSE})|(?P<par>[ \t]*\n[ \t]*\n\s*)"
    rf"|(?P<mark>[{{}}\[\]$&~])|(?P<text>[^\\{{}}\[\]$&~\n{HOLD_OPEN}]+|.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is "command", "held", "par", "text" or the mark itself; `value` is the name or the text."""

    kind: str
    value: str
    start: int
    end: int
    gap: bool = False
    """Spaces stood after a command word; TeX swallows them."""


@dataclass
class Tokens:
    """The tokens of a source and their partners, by index."""

    text: str
    items: list[Token] = field(default_factory=list)
    closes: dict[int, int] = field(default_factory=dict)
    """`{` → `}`."""
    brackets: dict[int, int] = field(default_factory=dict)
    """`[` → `]` of the same paragraph and group."""
    ends: dict[int, int] = field(default_factory=dict)
    """`\\begin` → `\\end` of the same environment."""

    @classmethod
    def of(cls, text: str) -> Tokens:
        tokens = cls(text)
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or "text"
            start, end = match.span()
            if match["word"]:
                value = match["word"] + (match["star"] or "")
                tokens.items.append(Token("command", value, start, end, gap=bool(match["gap"])))
            elif kind == "symbol":
                tokens.items.append(Token("command", match["symbol"], start, end))
            else:
                tokens.items.append(Token(match[0] if kind == "mark" else kind, match[0], start, end))
        tokens._pair()
        return tokens

    def _pair(self) -> None:
        open_groups: list[int] = []
        open_brackets: list[list[int]] = [[]]
        for index, token in enumerate(self.items):
            match token.kind:
                case "{":
                    open_groups.append(index)
                    open_brackets.append([])
                case "}" if open_groups:
                    self.closes[open_groups.pop()] = index
                    open_brackets.pop()
                case "[":
                    open_brackets[-1].append(index)
                case "]":
                    self.brackets.update(dict.fromkeys(open_brackets[-1], index))
                    open_brackets[-1] = []
                case "par":
                    open_brackets[-1] = []
        self._pair_environments()

    def _pair_environments(self) -> None:
        begun: list[tuple[str, int]] = []
        n_begun: Counter[str] = Counter()
        for index, token in enumerate(self.items):
            if token.kind != "command" or token.value not in ("begin", "end"):
                continue
            name = self.name_after(index)
            if token.value == "begin":
                begun.append((name, index))
                n_begun[name] += 1
            # An end closes what was begun inside and never ended; an end of nothing closes nothing.
            while token.value == "end" and n_begun[name] and begun:
                inner, at = begun.pop()
                n_begun[inner] -= 1
                if inner == name:
                    self.ends[at] = index
                    break

    def name_after(self, index: int) -> str:
        """The environment name in `\\begin{name}`; empty when there is none."""
        following = self.items[index + 1 : index + 4]
        if len(following) == 3 and following[0].kind == "{" and following[2].kind == "}":
            return following[1].value.strip()
        return ""

    def skip_space(self, index: int, stop: int) -> int:
        while index < stop and self.items[index].kind == "text" and self.items[index].value.isspace():
            index += 1
        return index

    def group(self, index: int, stop: int) -> tuple[int, int, int] | None:
        """First and last token inside the group that stands at `index`, and the token after it."""
        index = self.skip_space(index, stop)
        close = self.closes.get(index)
        if close is None or close >= stop:
            return None
        return index + 1, close, close + 1

    def option(self, index: int, stop: int) -> tuple[int, int, int] | None:
        """The same for `[...]`, which ends at the first `]` outside of groups, as TeX has it."""
        index = self.skip_space(index, stop)
        close = self.brackets.get(index)
        if close is None or close >= stop:
            return None
        return index + 1, close, close + 1

    def source(self, first: int, stop: int) -> str:
        """The source text of the tokens from `first` to before `stop`."""
        return self.text[self.items[first].start : self.items[stop - 1].end] if first < stop else ""
