"""A llama.cpp server in a process of its own, to be killed: `python -m tests.llama_process GGUF PORT CONTEXT_TOKENS`."""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from resources.language_model.llama_cpp import LlamaCppServer

ROOT = Path(__file__).parent.parent
MODEL = "tiny"
API_KEY = "key of the tests"
SLOTS = 2
CONTEXT_TOKENS = 512
START_SECONDS = 60.0


class LlamaProcess:
    """The process; ``url`` is the API root."""

    def __init__(self, gguf: Path, port: int, context_tokens: int = CONTEXT_TOKENS) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self._command = [sys.executable, "-m", "tests.llama_process", str(gguf), str(port), str(context_tokens)]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(self._command, cwd=ROOT)
        deadline = time.monotonic() + START_SECONDS
        while not self._is_healthy():
            assert self._process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL; may be called twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url.removesuffix('/v1')}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def main() -> None:
    """Serve until the process is killed."""
    gguf, port, context_tokens = sys.argv[1:]
    server = LlamaCppServer(
        Path(gguf),
        model=MODEL,
        slots=SLOTS,
        context_tokens=int(context_tokens),
        threads=1,
        port=int(port),
        api_key=API_KEY,
    )
    server.start()
    signal.pause()


if __name__ == "__main__":
    main()
