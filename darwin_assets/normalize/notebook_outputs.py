"""What the code cells of a notebook printed and returned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from darwin_assets.normalize.latex_source import fence

_TERMINAL = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_OVERWRITTEN = re.compile(r"^[^\n]*\r(?=[^\n\r])", re.MULTILINE)
_VERSION_3 = {
    "text": "text/plain",
    "latex": "text/latex",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "svg": "image/svg+xml",
}
_CUT = "…"


class Outputs:
    """Outputs as fenced text, those of one cell up to a number of characters."""

    def __init__(self, max_chars: int):
        self._max_chars = max_chars
        self._n_cut = 0
        self._n_pictures = 0

    def read(self, outputs: Any) -> Iterator[str]:
        """What one cell put out: prose and formulas as they are, the rest in blocks named `output`."""
        left = self._max_chars
        was_cut = False
        for is_markdown, text in _merged(self._texts(outputs)):
            shown = text[:left] if not is_markdown else text if len(text) <= left else ""
            was_cut = was_cut or len(shown) < len(text)
            left -= len(shown)
            if shown.strip():
                yield shown.strip("\n") if is_markdown else fence(shown + _CUT * (len(shown) < len(text)), "output")
        self._n_cut += was_cut

    def said(self) -> Iterator[str]:
        if self._n_cut:
            yield f"cut off the outputs of {self._n_cut} cells"
        if self._n_pictures:
            yield f"left out {self._n_pictures} pictures"

    def _texts(self, outputs: Any) -> Iterator[tuple[bool, str]]:
        """Text, and whether it is Markdown."""
        for output in outputs if isinstance(outputs, list) else []:
            if not isinstance(output, dict):
                continue
            kind = output.get("output_type")
            if kind == "stream":
                yield False, printed(joined(output.get("text")))
            elif kind in {"error", "pyerr"}:
                yield False, f"{joined(output.get('ename'))}: {joined(output.get('evalue'))}\n"
            else:
                yield from self._shown(_data(output))

    def _shown(self, data: dict[str, Any]) -> Iterator[tuple[bool, str]]:
        """The richest form that is text. The text beside a picture only says that there is one."""
        for rich in ("text/markdown", "text/latex"):
            if text := joined(data.get(rich)).strip():
                yield True, text
                return
        if any(name.startswith("image/") for name in data):
            self._n_pictures += 1
        elif text := joined(data.get("text/plain")):
            yield False, printed(text) + "\n"


def joined(value: Any) -> str:
    """A text that a notebook keeps as one string or as lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def printed(text: str) -> str:
    """What a terminal would show: no control sequences, and of a line that was written over only the last state."""
    return _OVERWRITTEN.sub("", _TERMINAL.sub("", text))


def _data(output: dict[str, Any]) -> dict[str, Any]:
    data = output.get("data")
    if isinstance(data, dict):
        return data
    return {media_type: output[name] for name, media_type in _VERSION_3.items() if name in output}


def _merged(texts: Iterator[tuple[bool, str]]) -> Iterator[tuple[bool, str]]:
    """Plain outputs one after another are one block."""
    plain = ""
    for is_markdown, text in texts:
        if not is_markdown:
            plain += text
            continue
        yield False, plain
        plain = ""
        yield True, text
    yield False, plain
