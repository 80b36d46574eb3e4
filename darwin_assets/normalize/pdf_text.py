"""The characters of a PDF text layer: ligatures and brackets as in Unicode, and how sound the layer is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "ſt",
    0xFB06: "st",
}
_BRACKET_PIECES = dict(zip([*range(0xF8EB, 0xF8F5), *range(0xF8F6, 0xF8FF)], "⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪⎞⎟⎠⎤⎥⎦⎫⎬⎭", strict=True))
"""Pieces of tall brackets: Adobe's private characters, which later became Unicode's."""
_CHARACTERS = str.maketrans({**_LIGATURES, **_BRACKET_PIECES, 0x00A0: " ", 0x00AD: "-"})
_ACCENTS = dict(zip("¨´ˆ˜ˇ˘˚", "\u0308\u0301\u0302\u0303\u030c\u0306\u030a", strict=True))
_ACCENT_BEFORE_LETTER = re.compile(rf"([{''.join(_ACCENTS)}])([^\W\d_])")
_CONTROL_LIGATURE = re.compile(r"(?<=[a-z])[\x0b\x0c\x0e\x0f](?=[a-z])")
_TEX_LIGATURES = {"\x0b": "ff", "\x0c": "fi", "\x0e": "ffi", "\x0f": "ffl"}
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_LEADERS = re.compile(r"[.·]{4,}")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"[\d.,:/%+−-]+")


@dataclass(frozen=True)
class TextQuality:
    """How much of a text layer is text; shares of its characters without spaces."""

    unmapped_share: float
    """Control characters, private-use characters and U+FFFD: a font without a Unicode map."""
    word_share: float
    """Letters in runs of two or more, of all characters outside of numbers; 1 when there are only numbers."""


def clean_characters(line: str) -> tuple[str, int]:
    """One line in ordinary characters, NFC, and how many control characters were taken out of it.

    `ﬁ` → `fi`, `¨a` → `ä`, private bracket pieces → Unicode's. A font without a Unicode map yields
    control characters; there is no telling what they were.
    """
    line = _CONTROL_LIGATURE.sub(lambda match: _TEX_LIGATURES[match[0]], line.translate(_CHARACTERS))
    cleaned, n_dropped = _CONTROLS.subn("", _ACCENT_BEFORE_LETTER.sub(_accented, line))
    return unicodedata.normalize("NFC", " ".join(cleaned.split())), n_dropped


def _accented(match: re.Match[str]) -> str:
    """TeX's older fonts draw the accent first and the letter under it."""
    letter = {"ı": "i", "ȷ": "j"}.get(match[2], match[2])
    composed = unicodedata.normalize("NFC", letter + _ACCENTS[match[1]])
    return composed if len(composed) == 1 else match[0]


def measure(lines: Iterable[str], *, n_dropped: int = 0) -> TextQuality:
    """The quality of a whole text layer; dot leaders of tables of contents do not count."""
    n_chars = n_unmapped = n_dropped
    n_words = n_numbers = 0
    for token in _LEADERS.sub(" ", "\n".join(lines)).split():
        n_chars += len(token)
        n_unmapped += sum(map(_is_unmapped, token))
        if _NUMBER.fullmatch(token):
            n_numbers += len(token)
        else:
            n_marks = sum(unicodedata.combining(character) > 0 for character in token)
            bare = "".join(character for character in token if not unicodedata.combining(character))
            n_words += n_marks + sum(map(len, _LETTERS.findall(bare)))
    n_expected = n_chars - n_numbers
    if not n_chars:
        return TextQuality(0.0, 1.0)
    return TextQuality(n_unmapped / n_chars, n_words / n_expected if n_expected else 1.0)


def _is_unmapped(character: str) -> bool:
    return character == "\ufffd" or "\ue000" <= character <= "\uf8ff"
