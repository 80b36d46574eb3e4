"""Text that people write in files, as any editor saves it."""

from pathlib import Path

from resources.errors import DarwinError


def read_written(path: Path) -> str:
    """The text of a file; DarwinError as `decoded`."""
    return decoded(path.read_bytes(), str(path))


def decoded(data: bytes, name: str) -> str:
    """UTF-8, without the mark that editors of Windows put first. DarwinError, with the name alone, for other encodings."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DarwinError(f"{name} is not in UTF-8: save it in this encoding") from None
