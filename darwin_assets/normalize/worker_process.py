"""One process that parses what it is sent and nothing else: `python -m darwin_assets.normalize.worker_process`.

`workers` starts it, gives it documents and replaces it when it dies. The settings come in and then lists of (media type,
bytes); one JSON message a document goes out, which the parent can read without running anything.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Mapping
from typing import Any

from darwin_assets.child_process import channels, confine, processor_time
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings

READY = b"ready"
OUT_OF_MEMORY = "parser.memory"


def main() -> None:
    """Parse until the input ends."""
    requests, answers = channels()
    settings: NormalizeSettings = requests.recv()
    confine(settings.parse_memory_bytes)
    answers.send_bytes(READY)
    while True:
        try:
            batch: list[tuple[str, bytes]] = requests.recv()
        except EOFError:
            return
        for media_type, data in batch:
            with processor_time(settings.parse_cpu_seconds):
                answer = _answer(media_type, data, settings)
            answers.send_bytes(answer)


def _answer(media_type: str, data: bytes, settings: NormalizeSettings) -> bytes:
    """The message about one document: what it was read as, why it was not, or which module is missing here."""
    try:
        return _message(document=vars(parse(data, media_type, settings)))
    except Unreadable as error:
        reason = {"rule": error.rule, "detail": error.detail, "value": error.value, "threshold": error.threshold}
        return _message(refused=reason)
    except MemoryError:
        return _message(refused={"rule": OUT_OF_MEMORY})
    except ImportError as error:
        return _message(missing=error.name or str(error))


def _message(**content: Any) -> bytes:
    content["resident_bytes"] = resident_bytes()
    return json.dumps(content, ensure_ascii=False, default=_plain).encode("utf-8", "surrogatepass")


def _plain(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a Document holds a {type(value).__name__}, which JSON does not know")


def document_of(fields: dict[str, Any]) -> Document:
    """What `_message` made of a Document, as one again."""
    return Document(**fields | {"sections": tuple(fields["sections"]), "notes": tuple(fields["notes"])})


def resident_bytes() -> int:
    """Memory of this process that is resident; its peak where the system does not tell (macOS)."""
    try:
        with open("/proc/self/statm") as numbers:  # noqa: PTH123 - read once a document
            return int(numbers.read().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
