"""A chat server in a process of its own that costs little and takes as long as a model would: what runners are measured on.

An answer repeats the chunk with its lines joined, between the tags of L4, so that guards have their work to do. How long it
takes is drawn from a lognormal distribution by the prompt's own hash: every runner waits equally long for the same prompt.
There is no limit on the requests at once, as there is none on a server whose batch is larger than the window.

    python -m benchmarks.language_model_server --mean 0.5 --core 1
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import subprocess
import sys
import urllib.request
import zlib
from statistics import NormalDist
from types import TracebackType
from typing import Any, Self

MODEL = "mock"
CHARS_PER_TOKEN = 4
NORMAL = NormalDist()


def seconds_of(content: str, mean: float, sigma: float) -> float:
    """How long the answer to a prompt takes; the mean over all prompts is ``mean``."""
    if not mean:
        return 0.0
    uniform = (zlib.crc32(content.encode()) + 0.5) / 2**32
    return math.exp(math.log(mean) - sigma**2 / 2 + sigma * NORMAL.inv_cdf(uniform))


class MockServer:
    """Context manager around the process; ``url`` is its address. ``core`` pins it to one core."""

    def __init__(self, mean: float = 0.0, *, sigma: float = 0.35, core: int | None = None) -> None:
        self._command = [sys.executable, "-m", "benchmarks.language_model_server", f"--mean={mean}", f"--sigma={sigma}"]
        self._command += [f"--core={core}"] if core is not None else []
        self.url = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def counted(self) -> dict[str, int]:
        """Answers so far with their tokens, and the most requests at once since this was last asked."""
        with urllib.request.urlopen(f"{self.url}/counters") as response:
            return dict(json.loads(response.read()))


def main() -> None:
    """Serve until the process is killed; the address is the first line printed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--mean", type=float, default=0.0, help="seconds that an answer takes")
    parser.add_argument("--sigma", type=float, default=0.35, help="of their logarithm")
    parser.add_argument("--core", type=int, help="the core to run on")
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    import uvloop

    uvloop.run(serve(options.mean, options.sigma))


async def serve(mean: float, sigma: float) -> None:
    import httptools

    counters = {"answers": 0, "prompt_tokens": 0, "completion_tokens": 0, "most_at_once": 0}
    at_once = 0
    loop = asyncio.get_running_loop()

    class Connection(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport: Any = transport
            self.parser = httptools.HttpRequestParser(self)
            self.url = b""
            self.body = b""

        def data_received(self, data: bytes) -> None:
            self.parser.feed_data(data)

        def on_url(self, url: bytes) -> None:
            self.url, self.body = url, b""

        def on_body(self, part: bytes) -> None:
            self.body = self.body + part if self.body else part

        def on_message_complete(self) -> None:
            nonlocal at_once
            self.stays_open = self.parser.should_keep_alive()  # forgotten as soon as this returns
            if self.url.endswith(b"/chat/completions"):
                messages = json.loads(self.body)["messages"]
                content = messages[-1]["content"]
                prompt_tokens = sum(len(message["content"]) for message in messages) // CHARS_PER_TOKEN
                at_once += 1
                counters["most_at_once"] = max(counters["most_at_once"], at_once)
                seconds = seconds_of(content, mean, sigma)
                if seconds:
                    loop.call_later(seconds, self.answer, content, prompt_tokens)
                else:
                    self.answer(content, prompt_tokens)
            elif self.url.endswith(b"/models"):
                self.say({"object": "list", "data": [{"id": MODEL, "owned_by": "benchmarks"}]})
            elif self.url == b"/counters":
                self.say(counters)
                counters["most_at_once"] = at_once
            else:
                self.transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

        def answer(self, content: str, prompt_tokens: int) -> None:
            nonlocal at_once
            at_once -= 1
            if self.transport.is_closing():
                return
            completion_tokens = len(content) // CHARS_PER_TOKEN
            counters["answers"] += 1
            counters["prompt_tokens"] += prompt_tokens
            counters["completion_tokens"] += completion_tokens
            refined = content.replace("\n", " ")
            message = {"role": "assistant", "content": f"<CLEANED_TEXT>\n{refined}\n</CLEANED_TEXT>"}
            usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
            self.say(
                {
                    "id": "chatcmpl-0",
                    "object": "chat.completion",
                    "created": 0,
                    "model": MODEL,
                    "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
                    "usage": {**usage, "total_tokens": prompt_tokens + completion_tokens},
                }
            )

        def say(self, value: object) -> None:
            body = json.dumps(value).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.transport.write(head.encode() + body)
            if not self.stays_open:
                self.transport.close()

    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=4096)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    main()
