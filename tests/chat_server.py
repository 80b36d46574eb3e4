"""A chat server on loopback that misbehaves as told: real HTTP, for tests of what clients make of it.

What it answers is a function of the prompt, so that a test can see that each reply belongs to its request.
What it does wrong is decided by the test from the prompt and the number of times that this prompt was sent.
"""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

MODEL = "scripted"
STALL_SECONDS = 60.0


@dataclass(frozen=True)
class Fault:
    """``kind``: status, cut, half, stall, html, json, length or no_content."""

    kind: str
    status: int = 200
    retry_after: str | None = None
    location: str | None = None
    body: str = "null"


Plan = Callable[[str, int], Fault | None]


def answer_to(prompt: str) -> str:
    """What the server says to ``prompt`` when nothing goes wrong."""
    return f"answer to {prompt}"


def no_faults(_prompt: str, _attempt: int) -> Fault | None:
    """The plan of a server that never fails."""
    return None


class ChatServer:
    """Context manager: the server runs on a thread of its own. Counters are by prompt (last user message)."""

    def __init__(self, plan: Plan = no_faults, *, seconds: float = 0.0, api_key: str | None = None) -> None:
        self.plan = plan
        self.seconds = seconds
        self.api_key = api_key
        self.sent: Counter[str] = Counter()  # requests that came in
        self.paid: Counter[str] = Counter()  # complete answers that went out
        self.in_flight = 0
        self.most_in_flight = 0
        self.bodies: list[dict[str, Any]] = []
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port and all connections; may be called twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._chat)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._started.set()
        await self._stop.wait()
        await runner.cleanup()
        await asyncio.sleep(0)  # connections close on the turn after

    def _is_allowed(self, request: web.Request) -> bool:
        return self.api_key is None or request.headers.get("Authorization") == f"Bearer {self.api_key}"

    async def _models(self, request: web.Request) -> web.Response:
        if not self._is_allowed(request):
            return web.json_response({"error": "key"}, status=401)
        return web.json_response({"object": "list", "data": [{"id": MODEL, "owned_by": "tests"}]})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if not self._is_allowed(request):
            return web.json_response({"error": "key"}, status=401)
        body = await request.json()
        self.bodies.append(body)
        prompt = body["messages"][-1]["content"]
        self.sent[prompt] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.seconds:
                await asyncio.sleep(self.seconds)
            fault = self.plan(prompt, self.sent[prompt])
            if fault is not None:
                return await _misbehave(request, fault, prompt)
            self.paid[prompt] += 1
            return web.json_response(_completion(answer_to(prompt), "stop", prompt))
        finally:
            self.in_flight -= 1


def _completion(text: str | None, finish_reason: str, prompt: str) -> dict[str, Any]:
    return {
        "choices": [{"index": 0, "finish_reason": finish_reason, "message": {"content": text}}],
        "usage": {"prompt_tokens": len(prompt), "completion_tokens": len(text or "")},
    }


async def _misbehave(request: web.Request, fault: Fault, prompt: str) -> web.StreamResponse:
    whole = json.dumps(_completion(answer_to(prompt), "stop", prompt))
    response: web.StreamResponse = web.Response()
    match fault.kind:
        case "status":
            given = {"Retry-After": fault.retry_after, "Location": fault.location}
            headers = {name: value for name, value in given.items() if value is not None}
            response = web.Response(text=fault.body, status=fault.status, headers=headers)
        case "cut":
            _abort(request)
        case "half":
            response = web.StreamResponse(headers={"Content-Length": str(len(whole))})
            await response.prepare(request)
            await response.write(whole[: len(whole) // 2].encode())
            _abort(request)
        case "stall":
            await asyncio.sleep(STALL_SECONDS)
        case "html":
            response = web.Response(text="<html><body>Bad gateway</body></html>", content_type="text/html")
        case "json":
            response = web.Response(text=whole[: len(whole) // 2], content_type="application/json")
        case "length":
            response = web.json_response(_completion(answer_to(prompt)[:5], "length", prompt))
        case "no_content":
            response = web.json_response(_completion(None, "stop", prompt))
        case _:
            raise ValueError(fault.kind)
    return response


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
