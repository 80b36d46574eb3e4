"""Rows of MathML: parts side by side, with the fences around them."""

from __future__ import annotations

import re

from lxml import etree

from darwin_assets.normalize.latex_symbols import FUNCTIONS, INFIX
from darwin_assets.normalize.mathml_tables import cases, matrix_with_fences
from darwin_assets.normalize.mathml_tokens import words
from darwin_assets.normalize.xml_tree import local_name

Parts = list[str]

OPENING = {
    "(": ")",
    "[": "]",
    r"\{": r"\}",
    r"\langle": r"\rangle",
    r"\lfloor": r"\rfloor",
    r"\lceil": r"\rceil",
}
CLOSING = frozenset(OPENING.values())
TALL = re.compile(r"\\(?:frac|begin|sqrt|sum|int|prod|overset|underset|genfrac|binom)\b")
_COMMAND_AT_END = re.compile(r"\\[A-Za-z]+$")
_MAX_COMMAND_CHARS = 32
_THIN_SPACES = frozenset({r"\,", r"\;"})
_FUNCTION_COMMANDS = frozenset("\\" + name for name in FUNCTIONS)


def join(parts: Parts) -> str:
    """Put the parts of a row side by side, with spaces around infix operators and where a command would run
    on.
    """
    parts = _without_needless_spaces([part for part in parts if part])
    out = ""
    for position, part in enumerate(parts):
        previous = parts[position - 1] if position else ""
        if part in INFIX:
            is_infix = bool(out) and previous not in INFIX and previous not in OPENING and position + 1 < len(parts)
            out += f" {part} " if is_infix else part
        elif part in {",", ";"}:
            # Between two numbers a comma may be one of thousands or one of a list: it stays as tight as it
            # came.
            is_tight = part == "," and out[-1:].isdigit() and "".join(parts[position + 1 : position + 2])[:1].isdigit()
            out += part if is_tight else part + " "
        elif part.startswith("'") and re.search(r"\^\{[^{}]*\}$|\^.$", out):
            out += "{}" + part
        else:
            out += " " + part if part[0].isalpha() and _ends_in_command(out) else part
    return out.rstrip() if out.endswith((", ", "; ")) else out


def _ends_in_command(latex: str) -> bool:
    return latex[-1:].isalpha() and bool(_COMMAND_AT_END.search(latex[-_MAX_COMMAND_CHARS:]))


def _without_needless_spaces(parts: Parts) -> Parts:
    """LaTeX spaces infix operators and function names itself."""
    kept: Parts = []
    for part in parts:
        if part in _THIN_SPACES and kept and (kept[-1] in INFIX or kept[-1] in _FUNCTION_COMMANDS):
            continue
        while (part in INFIX or part in _FUNCTION_COMMANDS) and len(kept) > 1 and kept[-1] in _THIN_SPACES:
            kept.pop()
        kept.append(part)
    return kept


def row(element: etree._Element, parts: Parts) -> str:
    if not parts and element.text and element.text.strip():
        return words(element.text)
    return join(_fenced_groups(list(element.iterchildren("*")), list(parts)))


def _fenced_groups(children: list[etree._Element], parts: Parts) -> Parts:
    """Grow the fences of a row around what is tall, and name matrices, cases and binomials by their own
    commands.
    """
    opened: list[int] = []
    for position, part in enumerate(parts):
        if local_name(children[position]) != "mo":
            continue
        if part in OPENING:
            opened.append(position)
        elif part in CLOSING and opened and OPENING[parts[opened[-1]]] == part:
            start = opened.pop()
            _fence_in_place(parts, start, position)
    if len(opened) == 1 and parts[opened[0]] == r"\{" and opened[0] + 2 == len(parts):
        opening = opened[0]
        rows = parts[opening + 1]
        parts[opening : opening + 2] = [cases(rows) or rf"\left\{{{rows}\right.", ""]
    return parts


def _fence_in_place(parts: Parts, start: int, end: int) -> None:
    inner = [part for part in parts[start + 1 : end] if part]
    if not any(TALL.search(part) for part in inner):
        return
    opening, closing = parts[start], parts[end]
    special = len(inner) == 1 and (matrix_with_fences(opening, inner[0], closing) or binomial(opening, inner[0]))
    if special:
        parts[start : end + 1] = [special] + [""] * (end - start)
    else:
        parts[start], parts[end] = rf"\left{opening}", rf"\right{closing}"


def binomial(opening: str, inner: str) -> str | None:
    prefix = r"\genfrac{}{}{0pt}{}"
    return r"\binom" + inner.removeprefix(prefix) if opening == "(" and inner.startswith(prefix) else None
