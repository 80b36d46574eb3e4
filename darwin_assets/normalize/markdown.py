"""Markdown as it is: its title, headings and elements are read, its text is not touched."""

from __future__ import annotations

import re
from itertools import pairwise

from darwin_assets.normalize.document import Document

PARSER = "markdown/1"

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_ATX_HEADING = re.compile(r"^ {0,3}#{1,6}(?=[ \t]|$)")
_SETEXT_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{2,})[ \t]*$")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_STATED = re.compile(r"^(title|lang|language):[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_FORMULA = re.compile(
    r"\\\\|\\\$"
    r"|(?P<display>\$\$[^$]+(?:\$(?!\$)[^$]+)*\$\$)"
    r"|(?P<inline>\$(?=[^\s$])(?:[^$\\\n]|\\.|\n(?!\n))*(?<!\s)\$(?!\d))"
    r"|(?P<round>\\\((?:(?!\\[()]|\n).)+\\\))"
    r"|(?P<square>\\\[(?:(?!\\[\[\]])[\s\S])+\\\])"
)
"""Every alternative stops at the next delimiter of its kind, so that the search stays linear."""


def parse_markdown(text: str) -> Document:
    """Markdown kept byte for byte; counts and headings as a reader would see them."""
    front = _FRONT_MATTER.match(text)
    stated = {key: value.strip("\"'") for key, value in _STATED.findall(front[1])} if front else {}
    flowing, n_code_blocks = _without_code(text[front.end() :] if front else text)
    sections = headings(flowing)
    n_formulas = count_formulas(flowing)
    return Document(
        text=text,
        title=stated.get("title") or next(iter(sections), None),
        language=stated.get("lang") or stated.get("language"),
        sections=sections,
        n_formulas_in=n_formulas,
        n_formulas_out=n_formulas,
        n_tables=count_tables(flowing),
        n_code_blocks=n_code_blocks,
        parser=PARSER,
    )


def _without_code(text: str) -> tuple[str, int]:
    """Lines outside fenced code, code spans emptied, and the number of fenced blocks."""
    lines, fence, n_blocks = [], "", 0
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        elif match and "`" not in match[2]:
            fence, n_blocks = match[1], n_blocks + 1
        else:
            lines.append(line)
    return _CODE_SPAN.sub("``", "\n".join(lines)), n_blocks


def headings(text: str) -> tuple[str, ...]:
    """Heading texts of Markdown without code, in reading order."""
    found = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if atx := _ATX_HEADING.match(line):
            found.append(_without_closing_marks(line[atx.end() :].strip()))
        elif number and _SETEXT_UNDERLINE.match(line) and _is_paragraph(lines[number - 1]):
            found.append(lines[number - 1].strip())
    return tuple(heading for heading in found if heading)


def _without_closing_marks(heading: str) -> str:
    """`Title ##` → `Title`, but `C#` stays."""
    title = heading.rstrip("#")
    return title.rstrip() if not title or title[-1] in " \t" else heading


def _is_paragraph(line: str) -> bool:
    return bool(line.strip()) and not re.match(r"[ \t]*(?:[|>#]|[-*+][ \t]|\d+[.)][ \t])", line)


def count_tables(text: str) -> int:
    """Pipe tables: a row with a bar, and a rule under it."""
    lines = text.split("\n")
    return sum("|" in above and "|" in rule and bool(_TABLE_RULE.match(rule)) for above, rule in pairwise(lines))


def count_formulas(text: str) -> int:
    """Formulas between dollar signs or `\\\\(...\\\\)` and `\\\\[...\\\\]`; "$5 and $6" holds none."""
    return sum(match.lastgroup is not None for match in _FORMULA.finditer(text))
