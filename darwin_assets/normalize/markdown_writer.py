"""Markdown out of rendered parts: paragraphs, headings, lists, code, quotes.

A part is either running text (`str`, its line breaks are meant) or a finished `Block`. Parsers render their
tree from the leaves up into lists of parts; the functions here put parts together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from darwin_assets.normalize.latex_symbols import INVISIBLE


@dataclass(frozen=True)
class Block:
    """Markdown that stands on lines of its own."""

    text: str
    is_list: bool = False


Part: TypeAlias = str | Block

_SPACES = re.compile(r"\s+")
_ONE_FORMULA = re.compile(r"\$(?:[^$\\]|\\.)+\$")
_WIDE = re.compile(r" {2,}")
_WIDE_BREAK = re.compile(r"\n{3,}")
_LIKE_HEADING = re.compile(r"^(#{1,6} )", re.MULTILINE)
_SUBSCRIPTS = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_SUPERSCRIPTS = str.maketrans("0123456789+-−–=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾")
_RAISABLE = re.compile(r"[0-9+\-−–=()]+")


# Running text


def running_text(text: str | None, *, escape_dollars: bool = False) -> str:
    """Text of a node with every run of white space as one space and without zero-width characters.

    Dollars are escaped only in documents that hold formulas, where `$5 and $6` would read as one.
    """
    if not text:
        return ""
    # Printable ASCII has no other white space than the space, and most text is that.
    if not (text.isascii() and text.isprintable() and "  " not in text):
        text = _SPACES.sub(" ", text if text.isascii() else text.translate(INVISIBLE))
    return text.replace("$", r"\$") if escape_dollars else text


def emphasized(parts: Sequence[Part], mark: str) -> list[Part]:
    """Running text between marks, the spaces at its ends kept outside; parts with blocks stay as they are."""
    text = inline_text(parts)
    if text is None:
        return list(parts)
    inner = text.strip()
    if not inner or "\n" in inner or inner.startswith("*") or inner.endswith("*"):
        return [text]
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return [f"{lead}{mark}{inner}{mark}{trail}"]


def lowered(text: str) -> str:
    """Subscript: Unicode digits where they exist, `_{...}` otherwise."""
    return text.translate(_SUBSCRIPTS) if _RAISABLE.fullmatch(text) else f"_{{{text}}}" if text else ""


def raised(text: str) -> str:
    """Superscript: Unicode digits where they exist, `^{...}` otherwise."""
    return text.translate(_SUPERSCRIPTS) if _RAISABLE.fullmatch(text) else f"^{{{text}}}" if text else ""


def inline_code(text: str) -> str:
    """Code within a line, fenced by more backticks than it holds."""
    text = _SPACES.sub(" ", text).strip()
    if not text:
        return ""
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def inline_text(parts: Iterable[Part]) -> str | None:
    """All parts as running text; None when a block is among them."""
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(list(parts)) else None


def one_line(parts: Iterable[Part]) -> str:
    """Parts on a single line, as a heading or a table cell needs them."""
    return _SPACES.sub(" ", " ".join(part if isinstance(part, str) else part.text for part in _merged(parts))).strip()


# Blocks


def blocks_of(parts: Iterable[Part]) -> list[Block]:
    """Every run of text between blocks becomes a paragraph."""
    return [
        part if isinstance(part, Block) else Block(_paragraph(part)) for part in _merged(parts) if _is_visible(part)
    ]


def paragraphs(parts: Iterable[Part]) -> list[Part]:
    """Blocks of an element that stands on its own; one that holds a single formula displays it."""
    blocks = blocks_of(parts)
    if len(blocks) == 1 and blocks[0].text.startswith("$") and _ONE_FORMULA.fullmatch(blocks[0].text):
        return display_formula(blocks[0].text[1:-1])
    return list(blocks)


def join_blocks(parts: Iterable[Part]) -> str:
    """Blocks as Markdown, an empty line between them."""
    return "\n\n".join(block.text for block in blocks_of(parts))


def heading(level: int, text: str) -> list[Part]:
    """Heading of level 1 to 6; nothing when it has no text."""
    text = _without_bold(text)
    return [Block(f"{'#' * min(max(level, 1), 6)} {text}")] if text else []


def marker(text: str) -> list[Part]:
    """A bold line that opens an example, an exercise or a titled paragraph."""
    text = _without_bold(text)
    return [Block(f"**{text}**")] if text else []


def code_block(code: str, language: str = "") -> list[Part]:
    """Fenced code, its lines and indentation untouched."""
    code = "\n".join(line.rstrip() for line in code.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip("\n")
    if not code.strip():
        return []
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", code)), default=0) + 1)
    return [Block(f"{fence}{language}\n{code}\n{fence}")]


def quote_block(parts: Iterable[Part]) -> list[Part]:
    """Quoted blocks."""
    text = join_blocks(parts)
    return [Block("\n".join(f"> {line}".rstrip() for line in text.split("\n")))] if text else []


def display_formula(latex: str) -> list[Part]:
    """A formula on its own."""
    return [Block(f"$${latex}$$")]


def list_block(items: Sequence[tuple[str, Sequence[Part]]]) -> list[Part]:
    """A list of (marker such as `-` or `a.`, parts); items of one paragraph, or one and a sublist, stand
    close.
    """
    rendered = [(mark, blocks_of(parts)) for mark, parts in items]
    rendered = [(mark, blocks) for mark, blocks in rendered if blocks]
    if not rendered:
        return []
    is_tight = all(all(block.is_list for block in blocks[1:]) for _, blocks in rendered)
    separator = "\n" if is_tight else "\n\n"
    lines = [_item(mark, separator.join(block.text for block in blocks)) for mark, blocks in rendered]
    return [Block(separator.join(lines), is_list=True)]


def section_titles(markdown: str) -> tuple[str, ...]:
    """Texts of all headings in order, those inside fenced code left out."""
    titles: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        mark = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line.rstrip() == fence else fence
        elif mark:
            fence = mark[0]
        elif found := re.match(r"#{1,6} (.+)", line):
            titles.append(found[1])
    return tuple(titles)


def _item(mark: str, text: str) -> str:
    indent = " " * (len(mark) + 1)
    return f"{mark} " + "\n".join(
        indent + line if line and position else line for position, line in enumerate(text.split("\n"))
    )


def _paragraph(text: str) -> str:
    lines = [(_WIDE.sub(" ", line) if "  " in line else line).strip() for line in text.split("\n")]
    text = "\n".join(lines).strip("\n")
    if "#" in text:
        text = _LIKE_HEADING.sub(r"\\\1", text)
    return _WIDE_BREAK.sub("\n\n", text) if "\n\n\n" in text else text


def _merged(parts: Iterable[Part]) -> list[Part]:
    merged: list[Part] = []
    run: list[str] = []
    for part in parts:
        if isinstance(part, str):
            run.append(part)
            continue
        merged.append("".join(run))
        run.clear()
        merged.append(part)
    return [*merged, "".join(run)]


def _is_visible(part: Part) -> bool:
    return bool((part if isinstance(part, str) else part.text).strip())


def _without_bold(text: str) -> str:
    return _SPACES.sub(" ", text.replace("**", "")).strip()
