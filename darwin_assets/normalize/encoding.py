"""Bytes to text, and text once decoded with the wrong table back to what it was (papers.md §1.2 L1, D09)."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from darwin_assets.normalize.document import Unreadable

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAX_DETECT_BYTES = 64 * 1024
_MAX_DAMAGE_SHARE = 0.1
"""Undecodable bytes a sound non-ASCII character up to which a text is damaged UTF-8."""
_MAX_STRAY_SHARE = 0.01
"""Share of undecodable bytes up to which an otherwise plain text is read without them."""
_USUAL_ENCODING = "cp1252"
_CLOSE, _CLEARLY_BETTER = 0.05, 0.1
"""How much messier the usual encoding may look, and how much less like a language, to be taken all the same."""
_REPLACEMENT = "\ufffd"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAY_BE_MOJIBAKE = re.compile(r"[^\x00-\x7f]{2}|[ÂÃÅÎÐÙ] |[\x80-\x9f\ud800-\udfff]")
"""A character of UTF-8 read in another table is two or more outside of ASCII, or one before what was a hard space."""
_NEVER_MEANT = re.compile(r"[\x80-\x9f\ud800-\udfff]")
"""C1 controls are bytes of Windows-1252 read as Latin-1, surrogates halves of a character."""


def decode(data: bytes, *, max_control_share: float = 0.02) -> tuple[str, str | None]:
    """Text of `data` by its byte order mark, as UTF-8 or as the likeliest encoding, and a note on repairs.

    Raises Unreadable "encoding.binary" when more than `max_control_share` of the characters are control
    characters, and "encoding.unknown" when no encoding fits.
    """
    text, note = _decoded(data)
    share = len(_CONTROLS.findall(text)) / max(len(text), 1)
    if share > max_control_share:
        raise Unreadable(
            "encoding.binary", "share of control characters", value=share, threshold=f"..{max_control_share}"
        )
    return text, note


def _decoded(data: bytes) -> tuple[str, str | None]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, errors="replace")
            damaged = text.count(_REPLACEMENT)
            if encoding == "utf-8":
                return text, f"replaced {damaged} undecodable bytes" if damaged else None
            return text, f"decoded as {encoding}"
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    replaced = data.decode("utf-8", errors="replace")
    n_damaged = replaced.count(_REPLACEMENT)
    n_sound = sum(character > "\x7f" for character in replaced) - n_damaged
    if n_damaged <= _MAX_DAMAGE_SHARE * n_sound:
        return replaced, f"replaced {n_damaged} undecodable bytes"
    likely = _likely_encoding(data)
    if likely is None and n_damaged <= _MAX_STRAY_SHARE * len(replaced):
        return replaced, f"replaced {n_damaged} undecodable bytes"
    if likely is None:
        raise Unreadable("encoding.unknown", "no character encoding fits these bytes")
    return data.decode(likely, errors="replace"), f"decoded as {likely}"


def _likely_encoding(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    # Detection reads the places that tell encodings apart: what is not ASCII, with its surroundings.
    first = next((at for at, byte in enumerate(data) if byte > 0x7F), 0)
    start = max(0, first - _MAX_DETECT_BYTES // 2)
    matches = from_bytes(data[start : start + _MAX_DETECT_BYTES])
    best = matches.best()
    if best is None:
        return None
    # A few accented letters fit several tables equally well; then it is the one that most such texts are in.
    for match in matches:
        if _USUAL_ENCODING in match.could_be_from_charset and match.chaos <= best.chaos + _CLOSE:
            return best.encoding if best.coherence > match.coherence + _CLEARLY_BETTER else _USUAL_ENCODING
    return best.encoding


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
