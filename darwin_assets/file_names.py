"""Names of files as tables can hold them."""

import re
from pathlib import Path

_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""How Python says bytes of a file's name that are not UTF-8, such as those of a Windows archive (PEP 383)."""


def name_in_drop(relative: Path) -> str:
    """How rows and manifests call a file of a drop: with forward slashes, bytes that are not UTF-8 as `%E9`."""
    return _NOT_UTF8.sub(lambda match: f"%{ord(match[0]) - 0xDC00:02X}", relative.as_posix())
