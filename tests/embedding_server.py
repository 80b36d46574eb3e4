"""An embedding server in a process of its own: real HTTP, and vectors in which words in common are a high cosine.

The vector of a text counts its words, each in a dimension and with a sign that its hash gives, so that texts of other words
are close to orthogonal. What goes wrong is said at the start; `GET /counts` tells how much was asked.
"""

import asyncio
import json
import socket
import subprocess
import sys
import urllib.request
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Self

MODEL = "words"
DIMENSIONS = 2048
SLOW_SECONDS = 0.05
ROOT = Path(__file__).parent.parent
FAULTS = ("", "slow", "busy", "not_finite", "too_few", "other_dimension", "longest_200", "status_400")


def vector_of(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """What the server says of a text, of any length but zero."""
    vector = [0.0] * dimensions
    for word in text.split():
        number = int.from_bytes(blake2b(word.encode(), digest_size=8).digest())
        vector[number % dimensions] += 1.0 if number >> 63 else -1.0
    return vector if any(vector) else [1.0] * dimensions


class EmbeddingServer:
    """Context manager around the process. `url` is the API root."""

    def __init__(self, fault: str = "") -> None:
        assert fault in FAULTS
        self._command = [sys.executable, "-m", "tests.embedding_server", fault]
        self.url = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def counts(self) -> dict[str, int]:
        """`requests` that came in, `texts` that were given a vector."""
        with urllib.request.urlopen(f"{self.url.removesuffix('/v1')}/counts") as response:
            found: dict[str, int] = json.loads(response.read())
        return found


def serve(fault: str) -> None:
    """Listen on a free port and print the API root."""
    from aiohttp import web

    counts = {"requests": 0, "texts": 0}

    async def models(_request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": MODEL, "owned_by": "tests"}]})

    async def embeddings(request: web.Request) -> web.Response:
        texts = (await request.json())["input"]
        counts["requests"] += 1
        if fault == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        refused = _refusal(fault, texts, counts["requests"])
        if refused is not None:
            return refused
        counts["texts"] += len(texts)
        vectors = [vector_of(text) for text in texts]
        if fault == "other_dimension" and counts["requests"] > 1:
            vectors = [vector_of(text, DIMENSIONS // 2) for text in texts]
        if fault == "not_finite":
            vectors = [
                [float("nan") if "quagmire" in text else x for x in v] for text, v in zip(texts, vectors, strict=True)
            ]
        data: list[dict[str, Any]] = [{"index": index, "embedding": v} for index, v in enumerate(vectors)]
        # OpenAI promises no order, it gives an index
        return web.json_response({"object": "list", "data": data[: -1 if fault == "too_few" else None][::-1]})

    def _refusal(fault: str, texts: list[str], n_requests: int) -> web.Response | None:
        if fault == "busy" and n_requests % 3:
            return web.Response(status=503 if n_requests % 3 == 1 else 500)
        if fault == "longest_200" and any(len(text) > 200 for text in texts):
            return web.json_response({"error": {"type": "exceed_context_size_error", "message": texts[0]}}, status=400)
        if fault == "status_400":
            return web.json_response({"error": {"message": texts[0]}}, status=400)
        return None

    async def started(app: web.Application) -> None:
        print(f"http://127.0.0.1:{app['socket'].getsockname()[1]}/v1", flush=True)

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = web.Application(client_max_size=64 << 20)
        app["socket"] = listening
        app.router.add_get("/v1/models", models)
        app.router.add_post("/v1/embeddings", embeddings)
        app.router.add_get("/counts", lambda _request: _json(counts))
        app.on_startup.append(started)

        async def _json(value: object) -> web.Response:
            return web.json_response(value)

        listening.listen(128)
        web.run_app(app, sock=listening, print=None, access_log=None)


if __name__ == "__main__":
    serve(sys.argv[1])
