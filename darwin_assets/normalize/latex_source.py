"""LaTeX source made ready to read: verbatim parts set aside, comments removed.

TeX reads in this order too: a verbatim block holds no comment and no macro, a comment holds no macro.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from darwin_assets.normalize.latex_names import (
    CODE_ENVIRONMENTS,
    DISPLAY_ENVIRONMENTS,
    IGNORED_ENVIRONMENTS,
    PICTURE_ENVIRONMENTS,
)

HOLD_OPEN, HOLD_CLOSE = "\x02", "\x03"
HELD = re.compile(HOLD_OPEN + r"(\d+)" + HOLD_CLOSE)

_SPECIAL = re.compile(
    r"\\(?P<verb>verb|lstinline|mintinline)\b\*?|\\begin\{(?P<env>[A-Za-z]+\*?)\}|\\(?P<sexpr>Sexpr)\{"
    r"|\\(?:url|href|path)\{[^{}\n]*\}|(?P<iffalse>\\iffalse\b)|\\."
    r"|^<<(?P<chunk>[^\n]*)>>=[ \t]*$|(?P<comment>%)",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r"%[^\n]*(?:\n(?!\s*\n)[ \t]*)?")
_MAX_UNCLOSED = 20
"""Expressions without an end after which a file's further ones are left as they are."""
_CHUNK_END = re.compile(r"^@(?:[ \t].*)?$", re.MULTILINE)
# What is no condition of TeX begins with `\if` too: the symbol ⇔, and commands that take their branches in braces.
_CONDITIONAL = re.compile(
    r"%[^\n]*|\\newif\s*\\[A-Za-z]+|(?P<fi>\\fi(?![A-Za-z]))|(?P<if>\\if(?!f(?![A-Za-z]))(?![A-Za-z]*\{)[A-Za-z]*)|\\.",
    re.DOTALL,
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_DELIMITER = re.compile(
    r"\\ensuremath\b|\\begin\{(?P<display>(?:math|" + "|".join(map(re.escape, sorted(DISPLAY_ENVIRONMENTS))) + r"))\}"
    r"|\\end\{[A-Za-z]+\*?\}|\\.|\$\$|[${}]|(?P<par>\n[ \t]*\n)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Held:
    """A part that is not read as LaTeX text. `block` says whether it stands on lines of its own."""

    markdown: str
    raw: str
    kind: str
    """ "inline" and "math" stand in a line, "code", "picture", "formula" and "block" on their own."""

    @property
    def block(self) -> bool:
        return self.kind not in ("inline", "math")


@dataclass
class Source:
    """Text with placeholders, the parts that they stand for, and what was defined and noted on the way."""

    text: str
    held: list[Held] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def hold(self, markdown: str, raw: str, kind: str) -> str:
        self.held.append(Held(markdown, raw, kind))
        return f"{HOLD_OPEN}{len(self.held) - 1}{HOLD_CLOSE}"

    def raw(self, text: str) -> str:
        """Placeholders put back as the LaTeX they were."""
        return HELD.sub(lambda match: self.held[int(match[1])].raw, text)


def fence(code: str, language: str = "") -> str:
    """Code as a fenced block; the fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{language}\n{code.strip(chr(10))}\n{ticks}"


def code_span(code: str) -> str:
    """Code inside a line; newlines are spaces there."""
    code = " ".join(code.split())
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{ticks}{pad}{code}{pad}{ticks}" if code else ""


def match_braces(text: str) -> dict[int, int]:
    """Position of each balanced `{` and of its `}`."""
    matches: dict[int, int] = {}
    open_at: list[int] = []
    for match in _BRACE.finditer(text):
        if match[0] == "{":
            open_at.append(match.start())
        elif match[0] == "}" and open_at:
            matches[open_at.pop()] = match.start()
    return matches


def set_aside(text: str, *, noweb: bool) -> Source:
    """Verbatim parts, code chunks and pictures become placeholders; comments go."""
    source = Source("")
    out: list[str] = []
    position = 0
    unclosed: Counter[str] = Counter()
    while match := _SPECIAL.search(text, position):
        out.append(text[position : match.start()])
        replacement, end = _special(text, match, source, noweb=noweb, unclosed=unclosed)
        out.append(replacement)
        position = end
    out.append(text[position:])
    source.text = "".join(out)
    return source


def _special(  # noqa: PLR0911 - one return a kind
    text: str, match: re.Match[str], source: Source, *, noweb: bool, unclosed: Counter[str]
) -> tuple[str, int]:
    """What replaces one special place, and where reading goes on."""
    start, end = match.span()
    if match["comment"]:
        comment = _COMMENT.match(text, start)
        return "", comment.end() if comment else end
    if match["iffalse"]:
        closed = _end_of_conditional(text, end) if unclosed[r"\fi"] < _MAX_UNCLOSED else None
        if closed is None:
            unclosed[r"\fi"] += 1
        return "", end if closed is None else closed
    if match["verb"]:
        return _verb(text, match, source)
    if match["sexpr"]:
        brace = _balanced_end(text, end - 1) if unclosed["Sexpr"] < _MAX_UNCLOSED else None
        if brace is None:
            unclosed["Sexpr"] += 1
            return match[0], end
        return source.hold(code_span("r " + text[end:brace]), text[start : brace + 1], "inline"), brace + 1
    if match["chunk"] is not None and noweb:
        closing = _CHUNK_END.search(text, end)
        stop, after = closing.span() if closing else (len(text), len(text))
        code = text[end:stop]
        if not code.strip():
            return "", after
        return "\n\n" + source.hold(fence(code, "r"), text[start:after], "code") + "\n\n", after
    if (name := match["env"]) and name not in unclosed:
        return _environment(text, match, name, source, unclosed)
    return match[0], end


def _environment(text: str, match: re.Match[str], name: str, source: Source, unclosed: Counter[str]) -> tuple[str, int]:
    start, end = match.span()
    if name not in CODE_ENVIRONMENTS and name not in PICTURE_ENVIRONMENTS and name not in IGNORED_ENVIRONMENTS:
        return match[0], end
    closing = f"\\end{{{name}}}"
    stop = text.find(closing, end)
    if stop < 0:
        # No verbatim part without an end; remembered, so that a file full of these costs one scan.
        unclosed[name] += 1
        return match[0], end
    after = stop + len(closing)
    if name in IGNORED_ENVIRONMENTS:
        return "", after
    raw = text[start:after]
    if name in PICTURE_ENVIRONMENTS:
        return source.hold(fence(raw, "latex"), raw, "picture"), after
    body, language = text[end:stop], CODE_ENVIRONMENTS[name]
    options = re.match(r"[ \t]*\[([^\]\n]*)\]", body)
    if options:
        body = body[options.end() :]
        stated = re.search(r"language=\{?(?:\[[^\]]*\])?([A-Za-z+#]+)", options[1])
        language = stated[1].lower() if stated else language
    if name == "minted" and (argument := re.match(r"\s*\{([^{}\n]*)\}", body)):
        language, body = argument[1], body[argument.end() :]
    return "\n\n" + source.hold(fence(body, language), raw, "code") + "\n\n", after


def _verb(text: str, match: re.Match[str], source: Source) -> tuple[str, int]:
    start, end = match.span()
    prefix = re.compile(r"(?:\[[^\]\n]*\])?(?:\{[^{}\n]*\}(?=\{))?").match(text, end)
    open_at = prefix.end() if prefix and match["verb"] != "verb" else end
    delimiter = text[open_at : open_at + 1]
    if not delimiter or delimiter.isspace() or delimiter.isalnum():
        return match[0], end
    stop = text.find("}" if delimiter == "{" else delimiter, open_at + 1, open_at + 2000)
    if stop < 0 or "\n\n" in text[open_at:stop]:
        return match[0], end
    return source.hold(code_span(text[open_at + 1 : stop]), text[start : stop + 1], "inline"), stop + 1


def _end_of_conditional(text: str, start: int) -> int | None:
    """Where the condition that begins before `start` ends, behind its own `\\fi`; None where nothing ends it."""
    depth = 1
    for match in _CONDITIONAL.finditer(text, start):
        depth += 1 if match["if"] else -1 if match["fi"] else 0
        if depth == 0:
            return match.end()
    return None


def _balanced_end(text: str, open_at: int, *, limit: int = 4000) -> int | None:
    depth = 0
    for match in _BRACE.finditer(text, open_at, open_at + limit):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    return None


def count_source_formulas(text: str) -> int:
    """Formulas in a source without comments and verbatim parts, counted by their delimiters in one scan.

    It shares nothing with the reader but the list of environments, so that the two counts check each other.
    """
    count, depth, opened_depth, awaited = 0, 0, 0, ""
    for match in _DELIMITER.finditer(text):
        found = match[0]
        depth += {"{": 1, "}": -1}.get(found, 0)
        if not awaited:
            count += found == r"\ensuremath"
            awaited, opened_depth = _closing_delimiter(match), depth
        elif found == awaited and depth <= opened_depth:
            count += 1
            awaited = ""
        elif awaited == "$" and found == "$$":
            count += 1
        elif depth < opened_depth or (awaited == "$" and match["par"]):
            awaited = ""
    return count


def _closing_delimiter(match: re.Match[str]) -> str:
    if match["display"]:
        return rf"\end{{{match['display']}}}"
    return {"$": "$", "$$": "$$", r"\[": r"\]", r"\(": r"\)"}.get(match[0], "")
