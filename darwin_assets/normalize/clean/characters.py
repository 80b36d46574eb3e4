"""Operations on single characters: invisible ones, wide spaces, private use (§4.4 operations 1, 2, 7; U10, U12)."""

from __future__ import annotations

import re

from darwin_assets.normalize.clean.protected import replace_free

_WIDE_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_BREAKS = "\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_JOINERS = "\u200c\u200d"
_CONTROLS = "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"
_INVISIBLE = "\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
# Joiners spell words in Arabic and Indic scripts, and hold emoji together.
_NEEDS_JOINER = (
    "\u0600-\u07bf\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\ufe0f\u2600-\u27bf\U0001f000-\U0001faff"
)
_SPACE = re.compile(
    rf"(?P<wide>[{_WIDE_SPACES}])|(?P<line>[{_BREAKS}])|[{_CONTROLS}{_INVISIBLE}]|(?<![{_NEEDS_JOINER}])[{_JOINERS}]"
)
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def plain_spaces(text: str) -> tuple[str, int]:
    """Wide spaces become a space, so that they still part words; line and page separators a line break; what is invisible
    goes: controls, zero-width and bidirectional marks, soft hyphens."""
    return replace_free(
        text, _SPACE, lambda found: {"wide": " ", "line": "\n"}.get(found.lastgroup or "", ""), tables=True
    )


def without_private_use(text: str) -> tuple[str, int]:
    """Characters of the private use area U+E000 to U+F8FF go: icons of a page's own font."""
    return replace_free(text, _PRIVATE_USE, lambda _: "", tables=True)


def single_blank_lines(text: str) -> tuple[str, int]:
    """Three and more line breaks become two: paragraphs stay apart by one blank line."""
    return replace_free(text, _BLANK_LINES, lambda _: "\n\n", tables=True)
