"""Plain text: kept line by line, as L4 decides about line breaks."""

from __future__ import annotations

import re

from darwin_assets.normalize.document import Document
from darwin_assets.normalize.markdown import count_formulas

PARSER = "plain/1"
_MAX_TITLE_CHARS = 100


def parse_plain(text: str) -> Document:
    """Text as it is; a title only where the first line clearly is one."""
    n_formulas = count_formulas(text)
    return Document(
        text=text,
        title=_title(text),
        language=None,
        sections=(),
        n_formulas_in=n_formulas,
        n_formulas_out=n_formulas,
        n_tables=0,
        n_code_blocks=0,
        parser=PARSER,
    )


def _title(text: str) -> str | None:
    """A short first line without a full stop, an empty line, and then something longer."""
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    if not rest.startswith("\n") or not 3 <= len(first) <= _MAX_TITLE_CHARS:
        return None
    if not first[0].isalnum() or not re.search(r"[^\W\d_]{2}", first) or first[-1] in ".,;:-…":
        return None
    following = re.split(r"\n[ \t]*\n", rest.strip(), maxsplit=1)[0]
    return first if len(following) > len(first) else None
