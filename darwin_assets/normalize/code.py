"""Source code: one fenced block, byte for byte what the file holds."""

from __future__ import annotations

import codecs
import re

from darwin_assets.normalize.document import Document
from darwin_assets.normalize.encoding import decode
from darwin_assets.normalize.settings import NormalizeSettings

PARSER = "code/1"

_HEAD_CHARS = 4096
_LICENCE = re.compile(r"SPDX-License-Identifier:[ \t]*([A-Za-z0-9][A-Za-z0-9.+() -]{0,98}[A-Za-z0-9)+])")
_DOCSTRING = re.compile(r'(?:[ \t]*(?:#[^\n]*)?\n)*[rRuU]?("""|\'\'\')[ \t]*\n?[ \t]*(\S[^\n]*)')
_CODING = re.compile(rb"[^\n]{0,80}\n?[^\n]{0,80}?coding[:=][ \t]*([A-Za-z0-9._-]{1,40})")
"""The encoding that a first or second line states (PEP 263; Vim and Emacs read the same)."""


def parse_code(data: bytes, settings: NormalizeSettings, language: str) -> Document:
    """A file of a language as a fenced block: characters, blank lines and control characters as they are, line ends as LF.

    `extra` has the licence of an SPDX header and the first line of a Python module's docstring. Raises Unreadable:
    encoding.binary, encoding.unknown.
    """
    text, note = _decoded(data, settings)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    licence = _LICENCE.search(text[:_HEAD_CHARS])
    docstring = _DOCSTRING.match(text[:_HEAD_CHARS]) if language == "python" else None
    stated = {
        "programming_language": language,
        "licence": licence[1] if licence else "",
        "docstring": docstring[2].removesuffix(docstring[1]).strip() if docstring else "",
    }
    return Document(
        text=_fenced(text, language) if text.strip() else "",
        title=None,
        language=None,
        sections=(),
        n_formulas_in=0,
        n_formulas_out=0,
        n_tables=0,
        n_code_blocks=1,
        parser=PARSER,
        notes=tuple(said for said in (note, f"licence stated: {licence[1]}" if licence else None) if said),
        extra={name: value for name, value in stated.items() if value},
        is_verbatim=bool(text.strip()),
    )


def _decoded(data: bytes, settings: NormalizeSettings) -> tuple[str, str | None]:
    """As UTF-8, else in the encoding that the file states, else in the likeliest."""
    stated = _CODING.match(data[:_HEAD_CHARS])
    if stated and not _is_utf8(data):
        try:
            codec = codecs.lookup(stated[1].decode())
            if codec._is_text_encoding:
                return data.decode(codec.name), f"decoded as {codec.name}"
        except (LookupError, UnicodeDecodeError):
            pass  # a wrong word in a comment: the bytes decide
    return decode(data, max_control_share=settings.max_control_share)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _fenced(text: str, language: str) -> str:
    """A block without any change: also empty lines at both ends are kept."""
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text if text.endswith(chr(10)) else text + chr(10)}{ticks}"
