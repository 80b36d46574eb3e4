"""Tokens of MathML (identifiers, numbers, operators, words, spaces) as LaTeX."""

from __future__ import annotations

import re
import unicodedata

from darwin_assets.normalize.latex_symbols import (
    COMBINING_ACCENTS,
    FUNCTIONS,
    INVISIBLE,
    SYMBOLS,
    UNICODE_ALPHABETS,
    VARIANTS,
)

_UNITS_PER_EM = {
    "em": 1.0,
    "ex": 0.5,
    "pt": 0.1,
    "px": 0.075,
    "cm": 2.8,
    "mm": 0.28,
    "in": 7.2,
    "pc": 1.2,
    "mu": 1 / 18,
}
_NAMED_WIDTHS_EM = {
    "veryverythinmathspace": 0.06, "verythinmathspace": 0.11, "thinmathspace": 0.17, "mediummathspace": 0.22,
    "thickmathspace": 0.28, "verythickmathspace": 0.33, "veryverythickmathspace": 0.39,
}  # fmt: skip
_LIMITS_EM = (
    (0.05, ""),
    (0.25, r"\,"),
    (0.35, r"\;"),
    (0.75, r"\ "),
    (1.5, r"\quad"),
    (float("inf"), r"\qquad"),
)
_MATH_ALPHANUMERIC = re.compile(r"MATHEMATICAL ([A-Z-]+(?: [A-Z-]+)*?) (?:CAPITAL|SMALL|DIGIT) ")
# A word is letters with what stands between them in prose and units; everything else is mathematics.
_WORDS = re.compile(r"[^\W_]+(?:[ ./,'()\[\]:;?!-]*[^\W_]+)*")


def space(width: str) -> str:
    """`mspace` as the LaTeX space of about that width; none for negative or unreadable widths."""
    match = re.fullmatch(r"\s*(\d*\.?\d+)\s*([a-z]+)\s*", width)
    if match and match[2] in _UNITS_PER_EM:
        width_em = float(match[1]) * _UNITS_PER_EM[match[2]]
    else:
        width_em = _NAMED_WIDTHS_EM.get(width.strip(), 0.0)
    return next(command for limit_em, command in _LIMITS_EM if width_em < limit_em)


def identifier(text: str, variant: str | None) -> str:
    """`mi`: one letter stays italic, a function name becomes its command, more letters stand upright."""
    text = _plain(text).strip()
    if text in FUNCTIONS:
        return "\\" + text
    if not re.fullmatch(r"[A-Za-z]+", text):
        return words(text, variant)
    alphabet = VARIANTS.get(variant or ("normal" if len(text) > 1 else ""))
    return rf"\{alphabet}{{{text}}}" if alphabet and not (alphabet == "mathit" and len(text) == 1) else text


def number(text: str) -> str:
    """`mn`: digits with their point and commas; whatever else stands there as symbols."""
    text = "".join(_plain(text).split())
    return text if re.fullmatch(r"[0-9.,]*", text) else words(text, None)


def operator(text: str) -> str:
    """`mo`: one operator, or what authors put in its place."""
    text = _plain(text).strip()
    if text in {"...", ". . ."}:
        return r"\ldots"
    return SYMBOLS.get(text, text) if len(text) == 1 else words(text, None)


def words(text: str, variant: str | None = None) -> str:
    """`mtext` and mixed tokens: words and units as `\\text{...}`, symbols as mathematics."""
    text = _plain(text)
    if not text.strip():
        return r"\ " if text else ""
    out = ""
    position = 0
    while position < len(text):
        run = _word_run(text, position)
        if run:
            piece, position = _word(run, variant), position + len(run)
        else:
            piece, position = _symbol(text, position)
        needs_space = re.search(r"\\[A-Za-z]+$", out) and piece[:1].isalpha()
        out += " " + piece if needs_space else piece
    return out


def _plain(text: str) -> str:
    """One line, plain spaces, no zero-width characters."""
    return re.sub(r"\s+", " ", text.translate(INVISIBLE))


def _word_run(text: str, position: int) -> str:
    """The words at a position with the spaces around them, up to a character with a command of its own."""
    lead = len(text[position:]) - len(text[position:].lstrip(" "))
    match = _WORDS.match(text, position + lead)
    if not match:
        return ""
    end = match.start()
    while end < match.end() and text[end] not in SYMBOLS and not _is_special_letter(text[end]):
        if text[end + 1 : end + 2] in COMBINING_ACCENTS:
            break
        end += 1
    run = text[position:end]
    if end == match.end() and text[end : end + 1] == " ":
        run += " "
    return run if run.strip() else ""


def _is_special_letter(character: str) -> bool:
    return "\U0001d400" <= character <= "\U0001d7ff"


def _word(run: str, variant: str | None) -> str:
    stripped = run.strip()
    if stripped in FUNCTIONS:
        return "\\" + stripped
    if re.fullmatch(r"[0-9]+(?:[.,][0-9]+)*", stripped):
        return stripped
    if len(stripped) == 1 and not stripped.isascii():
        return _accented(stripped)
    command = {"bold": "textbf", "italic": "textit"}.get(variant or "", "text")
    return rf"\{command}{{{run}}}"


def _symbol(text: str, position: int) -> tuple[str, int]:
    character, following = text[position], text[position + 1 : position + 2]
    if following in COMBINING_ACCENTS:
        base = SYMBOLS.get(character, character)
        return rf"\{COMBINING_ACCENTS[following]}{{{base}}}", position + 2
    if character == " ":
        return ("" if position in {0, len(text) - 1} else " "), position + 1
    if character in COMBINING_ACCENTS:
        return rf"\{COMBINING_ACCENTS[character]}{{}}", position + 1
    if _is_special_letter(character):
        return _math_letter(character), position + 1
    return SYMBOLS.get(character, character), position + 1


def _math_letter(character: str) -> str:
    """A letter of the block Mathematical Alphanumeric Symbols as alphabet and plain letter."""
    plain = unicodedata.normalize("NFKC", character)
    match = _MATH_ALPHANUMERIC.match(unicodedata.name(character, ""))
    alphabet = UNICODE_ALPHABETS.get(match[1], "") if match else ""
    base = SYMBOLS.get(plain, plain)
    return rf"\{alphabet}{{{base}}}" if alphabet else base


def _accented(letter: str) -> str:
    """One letter with an accent, as in the estimate `ŷ`."""
    decomposed = unicodedata.normalize("NFD", letter)
    if len(decomposed) == 2 and decomposed[1] in COMBINING_ACCENTS:
        return rf"\{COMBINING_ACCENTS[decomposed[1]]}{{{decomposed[0]}}}"
    return letter
