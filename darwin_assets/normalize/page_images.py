"""Pages of a PDF as PNG pictures, made in a process of its own: PDFium reads strangers' bytes and may crash.

`pictures` starts `python -m darwin_assets.normalize.page_images`, tells it which pages are wanted and yields them one by
one; the process draws a page when the one before has been taken, so that a long scan needs no memory for its pictures.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from darwin_assets.child_process import OUT_OF_TIME, ChildProcess, channels, confine, processor_time
from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.settings import NormalizeSettings

if TYPE_CHECKING:
    import pypdfium2

PROCESS = "darwin_assets.normalize.page_images"
MAX_SCALE = 10.0
"""Pixels a point (1/72 inch) at most: a page the size of a stamp is not drawn larger than that."""

Wanted = Sequence[tuple[int, int]]
"""Page numbers from 0, and clockwise degrees by which each is turned."""


def pictures(data: bytes, wanted: Wanted | None, settings: NormalizeSettings) -> Iterator[tuple[int, bytes]]:
    """Page number and PNG of each wanted page in order; None wants all, upright.

    Raises Unreadable "parser.crashed" or "parser.timeout" when the process ends before its last page.
    """
    process = ChildProcess(PROCESS)
    process.send(settings)
    process.send((wanted, data))
    try:
        while number := process.answers.recv_bytes():
            yield int(number), process.answers.recv_bytes()
    except (EOFError, OSError):
        code = process.wait()
        if code == -OUT_OF_TIME:
            limit = f"..{settings.parse_cpu_seconds:g} s"
            raise Unreadable("parser.timeout", "while a page was drawn", threshold=limit) from None
        raise Unreadable("parser.crashed", "while its pages were drawn", value=float(abs(code))) from None
    finally:
        process.end()


def main() -> None:
    """Draw the pages of one PDF; an empty message is the end."""
    requests, answers = channels()
    settings: NormalizeSettings = requests.recv()
    wanted, data = requests.recv()
    confine(settings.parse_memory_bytes)
    for number, png in _drawn(data, wanted, settings):
        answers.send_bytes(str(number).encode())
        answers.send_bytes(png)
    answers.send_bytes(b"")


def _drawn(data: bytes, wanted: Wanted | None, settings: NormalizeSettings) -> Iterator[tuple[int, bytes]]:
    import pypdfium2

    with closing(pypdfium2.PdfDocument(data)) as document:
        for number, rotation in wanted or [(number, 0) for number in range(len(document))]:
            with processor_time(settings.parse_cpu_seconds):
                png = _png(document[number], rotation, settings.page_longest_side)
            yield number, png


def _png(page: pypdfium2.PdfPage, rotation: int, longest_side: int) -> bytes:
    scale = min(MAX_SCALE, longest_side / max(1.0, *page.get_size()))
    picture = page.render(scale=scale, rotation=rotation, grayscale=True).to_pil()
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


if __name__ == "__main__":
    main()
