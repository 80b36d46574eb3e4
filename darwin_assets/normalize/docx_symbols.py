"""Characters of fonts that have an encoding of their own: what Word's `w:sym` and private-use characters show."""

from __future__ import annotations

import re

_SYMBOL_20 = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_SYMBOL_A0 = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\ufffd〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
_WINGDINGS = """
4A ☺ 4C ☹ 6C ● 6E ■ 6F □ 71 ❑ 75 ◆ 76 ❖ 77 ⬥ 9F • A7 ▪ A8 ◻ AB ★ D8 ➢ DF ← E0 → E1 ↑ E2 ↓ E8 ➔ F0 ⇨ F3 ⬄
FB ✗ FC ✓ FD ☒ FE ☑
"""


def _glyphs(table: str) -> dict[int, str]:
    words = table.split()
    return {int(code, 16): character for code, character in zip(words[::2], words[1::2], strict=True)}


FONTS: dict[str, dict[int, str]] = {
    "symbol": {
        **{0x20 + offset: character for offset, character in enumerate(_SYMBOL_20)},
        **{0xA0 + offset: character for offset, character in enumerate(_SYMBOL_A0)},
    },
    "wingdings": _glyphs(_WINGDINGS),
}
"""Font in lower case to what each of its codes shows (Adobe's Symbol encoding; of Wingdings the common marks)."""
_PRIVATE = re.compile(r"[\uf020-\uf0ff]")


def symbol(font: str, code: str) -> str:
    """The character of a `w:sym`; U+FFFD where the font's code is not known."""
    if not re.fullmatch(r"[0-9A-Fa-f]{1,5}", code):
        return "\ufffd"
    value = int(code, 16)
    if 0xF000 <= value <= 0xF0FF:
        return FONTS.get(font.strip().lower(), {}).get(value - 0xF000, "\ufffd")
    return FONTS.get(font.strip().lower(), {}).get(value) or chr(value)


def in_font(text: str, font: str) -> str:
    """Text with the private-use characters that such a font's glyphs are stored as put into Unicode."""
    glyphs = FONTS.get(font.strip().lower())
    if not glyphs:
        return text
    return _PRIVATE.sub(lambda match: glyphs.get(ord(match[0]) - 0xF000, match[0]), text)
