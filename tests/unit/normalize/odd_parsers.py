"""A process of parsers with some that no document should meet: what `workers` is tested with.

The first words of a document say what its parser does; everything else is plain text.
"""

import ctypes
import os
import signal
import sys
import time

from darwin_assets.normalize import worker_process
from darwin_assets.normalize.document import Document
from darwin_assets.normalize.parse import PARSERS
from darwin_assets.normalize.plain import parse_plain
from darwin_assets.normalize.settings import NormalizeSettings

MEDIA_TYPE = "text/plain"
HOARD = []
"""What an earlier document left in this process."""


def parse_oddly(data: bytes, _settings: NormalizeSettings) -> Document:
    match data.split(maxsplit=1):
        case [b"segfault", *_]:
            ctypes.string_at(0)
        case [b"abort", *_]:
            os.abort()
        case [b"leave", *_]:
            os._exit(3)
        case [b"spin", *_]:
            while True:
                pass
        case [b"sleep", *_]:
            time.sleep(3600)
        case [b"hog", *_]:
            bytearray(1 << 40)
        case [b"hoard", *_]:
            HOARD.append(bytearray(180 << 20))
        case [b"large", *_]:
            return parse_plain(f"large {len(bytearray(180 << 20))}")
        case [b"stumble", *_] if HOARD:
            os.kill(os.getpid(), signal.SIGSEGV)
        case [b"whisper", *_]:
            print(data.decode())
            print(data.decode(), file=sys.stderr, flush=True)
            os.write(1, data)
            os.write(2, data)
        case [b"missing", *_]:
            import no_such_module  # type: ignore[import-not-found]  # noqa: F401
    return parse_plain(f"{data.decode()} by {os.getpid()}" if data.startswith(b"who") else data.decode())


PARSERS[MEDIA_TYPE] = lambda: parse_oddly

if __name__ == "__main__":
    worker_process.main()
