"""Source code: one fenced block, byte for byte what the file holds."""

from __future__ import annotations

import re

from darwin_assets.normalize.declared_encoding import in_comment
from darwin_assets.normalize.document import Document
from darwin_assets.normalize.encoding import decode
from darwin_assets.normalize.settings import NormalizeSettings

PARSER = "code/1"

_HEAD_CHARS = 4096
_LICENCE = re.compile(r"SPDX-License-Identifier:[ \t]*([A-Za-z0-9][A-Za-z0-9.+() -]{0,98}[A-Za-z0-9)+])")
_DOCSTRING = re.compile(r'(?:[ \t]*(?:#[^\n]*)?\n)*[rRuU]?("""|\'\'\')[ \t]*\n?[ \t]*(\S[^\n]*)')


def parse_code(data: bytes, settings: NormalizeSettings, language: str) -> Document:
    """A file of a language as a fenced block: characters, blank lines and control characters as they are, line ends as LF.

    `extra` has the licence of an SPDX header and the first line of a Python module's docstring. Raises Unreadable:
    encoding.binary, encoding.unknown.
    """
    text, note = decode(data, in_comment(data), max_control_share=settings.max_control_share)
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


def _fenced(text: str, language: str) -> str:
    """A block without any change: also empty lines at both ends are kept."""
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text if text.endswith(chr(10)) else text + chr(10)}{ticks}"
