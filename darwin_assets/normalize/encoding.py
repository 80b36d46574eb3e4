"""Bytes to text, and text once decoded with the wrong table back to what it was (papers.md §1.2 L1, D09)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from darwin_assets.acquire.wide_text import wide_encoding
from darwin_assets.normalize.declared_encoding import codec_name
from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.legacy_encoding import likely_encoding

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

_SEVEN_BIT = (
    (re.compile(rb"\x1b(?:\$[@B]|\(J|\$\(D)"), "iso2022_jp_2"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
)
"""Escapes by which text in bytes of ASCII switches to Japanese and Korean."""
_MAX_DAMAGE_SHARE = 0.1
"""Undecodable bytes a sound non-ASCII character up to which a text is damaged UTF-8."""
_MAX_STRAY_SHARE = 0.01
"""Share of undecodable bytes up to which an otherwise sound text is read without them."""
_REPLACEMENT = "\ufffd"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAY_BE_MOJIBAKE = re.compile(r"[^\x00-\x7f]{2}|[ÂÃÅÎÐÙ] |[\x80-\x9f\ud800-\udfff]")
"""A character of UTF-8 read in another table is two or more outside of ASCII, or one before what was a hard space."""
_NEVER_MEANT = re.compile(r"[\x80-\x9f\ud800-\udfff]")
"""C1 controls are bytes of Windows-1252 read as Latin-1, surrogates halves of a character."""


class Decoded(NamedTuple):
    """Bytes as text: the encoding that they were read in, and how many of them it does not know (U+FFFD stands there)."""

    text: str
    encoding: str
    n_damaged: int = 0

    @property
    def note(self) -> str | None:
        """What was done, where it was more than reading UTF-8."""
        replaced = f"replaced {self.n_damaged} undecodable bytes" if self.n_damaged else None
        decoded = f"decoded as {self.encoding}" if self.encoding != "utf-8" else None
        return ", ".join(said for said in (decoded, replaced) if said) or None


def decode(data: bytes, declared: Iterable[str] = (), *, max_control_share: float = 0.02) -> tuple[str, str | None]:
    """Text of `data` as `decoded`, and a note on repairs.

    Raises Unreadable also "encoding.binary" when more than `max_control_share` of the characters are control characters.
    """
    found = decoded(data, declared)
    share = len(_CONTROLS.findall(found.text)) / max(len(found.text), 1)
    if share > max_control_share:
        raise Unreadable(
            "encoding.binary", "share of control characters", value=share, threshold=f"..{max_control_share}"
        )
    return found.text, found.note


def decoded(data: bytes, declared: Iterable[str] = ()) -> Decoded:
    """Text of `data`: as UTF-16 or UTF-32 where its first bytes show it; as UTF-8 where it is valid, since other encodings
    almost never look like it and declarations often lie; in the first of the `declared` encodings that fits; as UTF-8 with
    damage; in the one older encoding that is clearly the likeliest.

    Raises Unreadable "encoding.unknown" where none is: a wrong table would give wrong letters that nobody sees.
    """
    wide = wide_encoding(data)
    if wide is not None:
        encoding, n_mark = wide
        return _replaced(data[n_mark:], encoding)
    unicode = _utf8(data)
    if unicode.n_damaged == 0 or data.startswith(codecs.BOM_UTF8):
        return _seven_bit(data) or unicode
    stated = as_declared(data, declared)
    if stated is not None:
        return stated
    n_sound = sum(character > "\x7f" for character in unicode.text) - unicode.n_damaged
    if unicode.n_damaged <= _MAX_DAMAGE_SHARE * n_sound:
        return unicode
    likely = likely_encoding(data)
    found = _replaced(data, likely) if likely else unicode
    if found.n_damaged > _MAX_STRAY_SHARE * len(found.text):
        raise Unreadable(
            "encoding.unknown",
            "not UTF-8, and no other encoding is certain: state it in the document or save it as UTF-8",
        )
    return found


def as_declared(data: bytes, declared: Iterable[str]) -> Decoded | None:
    """Text of bytes that are no UTF-8 in the first of the `declared` encodings that fits; None where none does."""
    for encoding in filter(None, map(codec_name, declared)):
        found = _replaced(data, encoding)
        if found.n_damaged <= _MAX_STRAY_SHARE * len(found.text):
            return found
    return None


def is_unicode(data: bytes) -> bool:
    """Whether bytes are UTF-8, or begin as UTF-16 or UTF-32 does."""
    return wide_encoding(data) is not None or _utf8(data).n_damaged == 0


def _utf8(data: bytes) -> Decoded:
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _replaced(data, "utf-8")


def _replaced(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    return Decoded(text, encoding, text.count(_REPLACEMENT))


def _seven_bit(data: bytes) -> Decoded | None:
    """Text that escapes switch between character sets, all of them in bytes of ASCII."""
    for escape, encoding in _SEVEN_BIT if b"\x1b" in data else ():
        if escape.search(data):
            try:
                return Decoded(data.decode(encoding), encoding)
            except UnicodeDecodeError:
                continue
    return None


def repair(text: str) -> tuple[str, str | None]:
    """Mojibake undone ("Ã©" → "é"), and a note when there was any. Everything else is left alone.

    Quotes, ligatures, width, HTML entities, line ends and normal forms stay as they are: the 62 million
    characters of real documents that this was measured on pass through unchanged.
    """
    if text.isascii():
        return text, None
    import ftfy
    from ftfy.badness import is_bad

    # ftfy works line by line, and changes only lines that these tests find; they cost a twentieth of its call.
    repaired = "\n".join(
        ftfy.fix_text(line, _mojibake_only())
        if not line.isascii() and _MAY_BE_MOJIBAKE.search(line) and (is_bad(line) or _NEVER_MEANT.search(line))
        else line
        for line in text.split("\n")
    )
    return (repaired, "repaired mojibake") if repaired != text else (text, None)


@lru_cache(maxsize=1)
def _mojibake_only() -> TextFixerConfig:
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_encoding=True,
        restore_byte_a0=True,
        replace_lossy_sequences=True,
        decode_inconsistent_utf8=True,
        fix_c1_controls=True,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=True,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
