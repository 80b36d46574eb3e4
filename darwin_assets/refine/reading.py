"""A text as a reader sees it: links by their words, images by their description, no addresses, no tags, compatible
characters folded, and every formula as one sign (papers.md §1.7, §5b D30, D36).

So what L4 may remove (DEL7, DEL12) never counts as a lost number, and a formula is the same in other delimiters.
"""

from __future__ import annotations

import html
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from darwin_assets.refine.rules.protect import IN_PARAGRAPH, Span

# Each with the signs without which it is nowhere, in lower case: most texts hold none of them.
MARKUP = (
    (
        ("![",),
        re.compile(
            r"!\[((?:[^\[\]\n]|"
            r"\[[^\[\]\n]{0,200}\]){0,1000})\]\([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)"
        ),
        r"\1",
    ),
    (
        ("](",),
        re.compile(
            r"\[([^\[\]\n]{0,1000})\]\(\s{0,9}<?[^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?>?"
            r"(?:\s{1,9}\"[^\"\n]{0,200}\")?\s{0,9}\)"
        ),
        r"\1",
    ),
    (
        ("<",),
        re.compile(
            r"<img\b[^<>]{0,2000}?\balt\s{0,9}=\s{0,9}[\"']([^\"'<>]{0,1000})[\"'][^<>]{0,2000}>", re.IGNORECASE
        ),
        r"\1",
    ),
    (
        ("\\includegraphics",),
        re.compile(r"\\includegraphics\s{0,9}(?:\[[^\]\n]{0,200}\])?\{[^{}\n]{0,500}\}"),
        "",
    ),
    (("<",), re.compile(r"</?[a-zA-Z][^<>\n]{0,500}>|<!--[^\n]{0,500}?-->"), ""),
    (
        ("://", "www.", "doi", "doı"),
        re.compile(
            r"[hfwdHFWD](?:(?:(?<=[hH])(?i:ttps?://)|(?<=[fF])(?i:tp://)|(?<=[wW])(?i:ww\.))"
            r"[^\s<>\"'`]{0,2000}[^\s<>\"'`).,;:\]]|"
            r"(?<=[dD])(?<!\w.)(?i:oi:? ?)10\.\d{4,9}/\S{0,500}[^\s).,;])"
        ),
        "",
    ),
    (("",), re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]"), ""),
)
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
SUPERSCRIPT = re.compile(f"[{SUPERSCRIPTS}]{{1,20}}")
PLAIN_DIGITS = str.maketrans(SUPERSCRIPTS, "0123456789-")
SAME_SIGNS = (("−", "-"), ("‐", "-"), ("‑", "-"), ("µ", "μ"), ("’", "'"))
NOT = re.compile(r"n't\b")

FORMULA = re.compile(
    r"\$(?:(?<!\\\$)\$(?P<dollars>.{1,4000}?)(?<!\\)\$\$|"
    rf"(?<![\\$]\$)(?![\s$])(?P<dollar>{IN_PARAGRAPH}{{0,400}}?)(?<![\s\\])\$(?!\d))|"
    r"\\(?:\[(?P<bracket>.{1,4000}?)\\\]|\((?P<parenthesis>.{1,1000}?)\\\)|"
    r"begin\{(?P<name>equation|align|gather|multline|eqnarray|displaymath|"
    r"math)\*?\}(?P<body>.{1,4000}?)\\end\{(?P=name)\*?\})",
    re.DOTALL,
)
"""A formula in any delimiters, of bounded length, so that an opening without an end costs no more than that."""
NUMBER_FORMULA = re.compile(r"[\d\s.,+%^{}\\-]*(?:\\(?:times|cdot|,|%)[\d\s.,+%^{}\\-]*)*")
NUMBER_COMMANDS = {r"\times": "×", r"\cdot": "·", r"\%": "%", r"\,": "", "{": "", "}": "", "\\": ""}
NUMBER_COMMAND = re.compile("|".join(map(re.escape, NUMBER_COMMANDS)))
CACHED_FORMULAS = 10_000
FORMULA_SIGNS = (0xE000, 0x1800)
"""First private character that stands for a formula, and how many there are."""

LAYOUT = re.compile(
    r"\s+|~|\\[,;:!>]|\\ |\\(?:left|right|big|Big|bigg|Bigg|quad|qquad|displaystyle|textstyle|limits|nolimits|"
    r"nonumber|rm|mathrm|text|"
    r"textrm|mbox|hbox|operatorname)(?![a-zA-Z])"
)
SAME_COMMANDS = {
    old: new
    for olds, new in (
        ("dfrac tfrac", r"\frac"),
        ("leq leqslant", r"\le"),
        ("geq geqslant", r"\ge"),
        ("neq", r"\ne"),
        ("rightarrow", r"\to"),
        ("ldots cdots", r"\dots"),
        ("lvert rvert vert mid", "|"),
        ("bf", r"\mathbf"),
    )
    for old in olds.split()
}
COMMAND = re.compile(rf"\\({'|'.join(SAME_COMMANDS)})(?![a-zA-Z])")
LONE_BRACES = re.compile(r"\{([^{}\\]|\\[a-zA-Z]{1,20})\}")


@lru_cache(maxsize=CACHED_FORMULAS)
def same_form(formula: str) -> str:
    """A formula without layout and with one name for each command, so that REP7 leaves it the same."""
    formula = LAYOUT.sub("", formula.rstrip(" .,;\n"))
    formula = COMMAND.sub(lambda command: SAME_COMMANDS[command[1]], formula)
    return LONE_BRACES.sub(r"\1", formula)


def sign_of(formula: str) -> str:
    """The private character that stands for a formula, the same for the same formula."""
    first, number = FORMULA_SIGNS
    return chr(first + zlib.crc32(formula.encode("utf-8", "replace")) % number)


@dataclass
class Formulas:
    """The formulas of a text in order: in one form, as they are written, and which forms stand by themselves."""

    forms: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    displayed: set[str] = field(default_factory=set)


def take_formulas_out(text: str, blocks: Sequence[Span]) -> tuple[str, Formulas]:
    """The text with a sign in place of each formula outside of code, and the formulas.

    A formula that is only a number, such as `$-3.2$`, stays as a number in the text.
    """
    found = Formulas()

    def masked(match: re.Match[str]) -> str:
        inline = match["dollar"] or match["parenthesis"]
        body = inline or match["dollars"] or match["bracket"] or match["body"] or ""
        if NUMBER_FORMULA.fullmatch(body):
            return NUMBER_COMMAND.sub(lambda one: NUMBER_COMMANDS[one[0]], body)
        form = same_form(body)
        found.forms.append(form)
        found.written.append(body)
        if not inline:
            found.displayed.add(form)
        return f" {sign_of(form)} "

    pieces: list[str] = []
    reached = 0
    for span in (span for span in blocks if span.kind == "code"):
        pieces += [FORMULA.sub(masked, text[reached : span.start]), text[span.start : span.end]]
        reached = span.end
    return "".join([*pieces, FORMULA.sub(masked, text[reached:])]), found


def visible(text: str) -> str:
    """A text as a reader sees it, line by line."""
    text = text.replace("\r\n", "\n")
    lowered = text.lower()
    for signs, pattern, replacement in MARKUP:
        if any(sign in lowered for sign in signs):
            text = pattern.sub(replacement, text)
            lowered = text.lower()
    text = html.unescape(text)
    if not text.isascii():
        if not unicodedata.is_normalized("NFKC", text):
            text = SUPERSCRIPT.sub(lambda match: "^" + match[0].translate(PLAIN_DIGITS), text)
            text = unicodedata.normalize("NFKC", text)
        for sign, same in SAME_SIGNS:
            text = text.replace(sign, same)
    return NOT.sub(" not", text)
