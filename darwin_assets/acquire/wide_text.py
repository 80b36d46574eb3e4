"""Text in UTF-16 and UTF-32, as Windows programs write it: known by its byte order mark, or by where its zero bytes are."""

from __future__ import annotations

import codecs
import unicodedata

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
MIN_UNMARKED_BYTES = 16
"""Fewer bytes look like text by chance."""
MIN_ASCII_SHARE = 0.02
"""Of the characters of a text without a mark: blanks, line ends, digits."""
SAMPLE_BYTES = 64 * 1024
MAX_ODD_SHARE = 0.2
"""Control characters, or bytes outside of ASCII, up to which bytes with zeros among them may be a text as they are."""
_UNIT = 4
_ASCII = bytes(range(128))
_NO_CONTROLS = b"\t\n\f\r" + bytes(range(32, 256))
_NO_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})
_SPACE = frozenset("\t\n\f\r")


def wide_encoding(head: bytes) -> tuple[str, int] | None:
    """The encoding of a text that begins with `head`, and the length of its mark; None for any other bytes.

    Without a mark every unit must be a character of a text, some of them in ASCII, and the bytes no text for themselves.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    sample = head[: min(len(head), SAMPLE_BYTES) // _UNIT * _UNIT]
    if len(sample) < MIN_UNMARKED_BYTES or b"\x00" not in sample or _is_text_of_bytes(sample):
        return None
    for encoding, high in (("utf-16-le", 1), ("utf-16-be", 0)):
        if sample[high::2].count(0) >= MIN_ASCII_SHARE * len(sample) / 2 and _is_text(sample, encoding):
            return encoding, 0
    return None


def in_utf8(data: bytes) -> bytes:
    """Text in UTF-16 or UTF-32 as UTF-8 without a mark, halves of characters as U+FFFD; other bytes as they are."""
    found = wide_encoding(data)
    if found is None:
        return data
    encoding, n_mark = found
    return data[n_mark:].decode(encoding, "replace").encode()


def _is_text_of_bytes(sample: bytes) -> bool:
    """Whether the zero bytes stand in what is a text without them, in ASCII, UTF-8 or an older encoding."""
    few = len(sample) * MAX_ODD_SHARE
    if len(sample.translate(None, _NO_CONTROLS)) > few:
        return False
    return len(sample.translate(None, _ASCII)) <= few or decoded(sample, "utf-8") is not None


def _is_text(sample: bytes, encoding: str) -> bool:
    text = decoded(sample, encoding)
    characters = set(text or "\x00")
    return all(character in _SPACE or unicodedata.category(character) not in _NO_TEXT for character in characters)


def decoded(sample: bytes, encoding: str) -> str | None:
    """The text; None where there is none. The sample may end in the middle of a character."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return None
