"""What our runner costs beside the leanest loop that keeps the same server full, and beside peers.

    python -m benchmarks.language_model_overhead --windows 64 256 1024 --rounds 5
    python -m benchmarks.language_model_overhead --windows 256 --rounds 3 --peer datatrove=.peers/datatrove/bin/python
    python -m benchmarks.language_model_overhead --llama --rounds 5

All sides put the same prompts of L4, in the same order, to a server in a process of its own, in turns, each side in a
process of its own:

- `lean`: as many coroutines as the window has places, each posting a body and reading the text of the answer with aiohttp.
  No retries, no store, nothing checked.
- `ours`: `LanguageModel.answer` with Delta answer store, Delta call ledger and the guards of L4 on every answer.
- `runner`: the same without the guards.
- peers by name, with their Python: the SDK `openai`, and `datatrove`, whose InferenceRunner keeps requests and answers
  in a cache of its own.

The mock server (`language_model_server`) draws how long an answer takes from the prompt's hash, so that every side waits
equally long; its mean is chosen so that it answers about RATE requests a second whatever the window, as a server of limited
speed does. `--llama` asks llama.cpp with a model of one layer instead. Figures are medians of the rounds: throughput as a
share of `lean`, and CPU microseconds a request of the whole client process, less its start. llama.cpp's own speed differs
from run to run by more than is asked about, so its share is that of the time in which its process was at work, one request
after the other; the requests a second are told as they came.
Required: `ours` at least 97 % of `lean`; at most 400 µs at 256.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resources.language_model import DeltaAnswerStore
    from resources.language_model.call_table import CallTable

ROOT = Path(__file__).resolve().parent.parent
INSTRUCTIONS = ROOT / "darwin_assets/refine/prompts/faithful_refiner.v1.md"
SYSTEM = INSTRUCTIONS.read_text(encoding="utf-8").strip()
MODEL = "mock"
RATE = 32.0
"""Requests a second that the mock server answers."""
GENERATIONS = 4
"""Requests by places of the window at least: so often every place is filled."""
MIN_REQUESTS = 1_024
"""So many at least: a run has opened and closed its tables once."""
MAX_TOKENS = 1_088
CONTEXT_TOKENS = 8_192
"""Of llama.cpp: a byte is a token of its model."""

SUBJECTS = ("The sediment", "A dilute solution", "The outer layer", "Each crystal", "A thin membrane", "The inner core")
VERBS = ("absorbed", "released", "scattered", "retained", "transmitted", "exchanged")
OBJECTS = ("most of the heat", "part of the light", "nearly all of the water", "some of the salt", "a trace of the gas")
ENDS = ("during the first hour", "at room temperature", "under constant pressure", "before the measurement began")


@cache
def chunk(number: int, n_chars: int = 960) -> str:
    """A paragraph of `n_chars` at most in lines of 80 characters and less, which a refiner joins."""
    drawn = random.Random(number)
    lines, line = [], f"In trial {number} the value was {number / 8:.3f}, so that $t_{{{number}}} = {number / 8:.3f}$."
    while sum(map(len, lines)) + len(line) < n_chars:
        words = " ".join(map(drawn.choice, (SUBJECTS, VERBS, OBJECTS, ENDS))) + "."
        for word in words.split():
            if len(line) + len(word) > 78:
                lines.append(line)
                line = word
            else:
                line += f" {word}"
    return "\n".join([*lines, line])


def messages(number: int) -> tuple[dict[str, str], dict[str, str]]:
    return (
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": chunk(number)},
    )


def body(number: int, max_tokens: int) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": max_tokens, "temperature": 0.0, "seed": 0, "messages": messages(number)}


def lean(url: str, key: str, window: int, n: int, max_tokens: int, _folder: Path) -> int:
    """Characters of all answers."""
    import aiohttp

    async def place(session: aiohttp.ClientSession, numbers: Iterator[int]) -> int:
        n_chars = 0
        for number in numbers:
            data = json.dumps(body(number, max_tokens)).encode()
            async with session.post(f"{url}/v1/chat/completions", data=data) as response:
                answer = json.loads(await response.read())
                n_chars += len(answer["choices"][0]["message"]["content"])
        return n_chars

    async def run() -> int:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
            numbers = iter(range(n))
            return sum(await asyncio.gather(*(place(session, numbers) for _ in range(window))))

    return asyncio.run(run())


def ours(url: str, key: str, window: int, n: int, max_tokens: int, folder: Path, *, guarded: bool = True) -> int:
    """Tables are below ``folder``, where there are none before."""
    from darwin_assets.refine.assemble import decide
    from darwin_assets.refine.settings import RefineSettings
    from darwin_assets.refine.tasks import ChunkTask
    from resources.language_model import ChatReply, ChatRequest, LanguageModel
    from resources.language_model.call_table import Purpose

    settings = RefineSettings()
    asked: dict[str, ChunkTask] = {}

    def requests() -> Iterator[ChatRequest]:
        for number in range(n):
            both = messages(number)
            asked[f"document:{number}"] = ChunkTask(f"document:{number}", "document", number, 0, both[1]["content"])
            yield ChatRequest(f"document:{number}", both, max_tokens)

    def refused(reply: ChatReply) -> str | None:
        outcome = decide(asked[reply.key], reply, settings)
        return outcome.reason if outcome.state == "fell_back" else None

    store, calls = stores(folder)
    model = LanguageModel(
        engine="openai", base_urls=[url], api_key=key, window=window, self_test=False, retry_temperatures=[],
        max_answer_tokens=max_tokens, max_refused_share=1.0,
    )  # fmt: skip
    ledger = calls.open(Purpose("run", "batch", "L4", "overhead", model.fingerprint()), model.prices())
    verdict = refused if guarded else None
    n_chars = 0
    for reply in model.answer(requests(), store=store, prompt_id="overhead", ledger=ledger, refused=verdict, total=n):
        del asked[reply.key]
        n_chars += len(reply.text or "")
    return n_chars


def stores(folder: Path) -> tuple[DeltaAnswerStore, CallTable]:
    """The tables of a lake, made where they are missing, as `darwin init` does."""
    from resources.language_model import DeltaAnswerStore
    from resources.language_model.call_table import CallTable

    store, calls = DeltaAnswerStore(str(folder / "chat")), CallTable(str(folder / "calls"))
    store.create()
    calls.create()
    return store, calls


def runner(url: str, key: str, window: int, n: int, max_tokens: int, folder: Path) -> int:
    return ours(url, key, window, n, max_tokens, folder, guarded=False)


def openai(url: str, key: str, window: int, n: int, max_tokens: int, _folder: Path) -> int:
    import openai as sdk

    async def place(client: Any, numbers: Iterator[int]) -> int:
        n_chars = 0
        for number in numbers:
            answer = await client.chat.completions.create(**body(number, max_tokens))
            n_chars += len(answer.choices[0].message.content)
        return n_chars

    async def run() -> int:
        async with sdk.AsyncOpenAI(base_url=f"{url}/v1", api_key=key, timeout=900) as client:
            numbers = iter(range(n))
            return sum(await asyncio.gather(*(place(client, numbers) for _ in range(window))))

    return asyncio.run(run())


def datatrove(url: str, _key: str, window: int, n: int, max_tokens: int, folder: Path) -> int:
    """InferenceRunner with its cache of requests, which is what it has for an answer store, and a chunk of 500 documents."""
    from datatrove.data import Document
    from datatrove.pipeline.inference.run_inference import InferenceConfig, InferenceRunner
    from datatrove.pipeline.writers import JsonlWriter

    n_chars = 0

    async def rollout(document: Any, generate: Any) -> str:
        nonlocal n_chars
        asked = body(int(document.id), max_tokens)
        del asked["model"]  # it adds its own
        text: str = (await generate(asked)).text
        n_chars += len(text)
        return text

    config = InferenceConfig(
        server_type="endpoint", endpoint_url=url, model_name_or_path=MODEL, max_concurrent_generations=window,
        metric_interval=86_400,
    )  # fmt: skip
    writer = JsonlWriter(str(folder / "out"), "${rank}_chunk_${chunk_index}.jsonl", compression=None)
    InferenceRunner(
        rollout, config, writer, checkpoints_local_dir=str(folder / "checkpoints"), records_per_chunk=500
    ).run(Document(chunk(number), str(number)) for number in range(n))
    return n_chars


SIDES: dict[str, Callable[[str, str, int, int, int, Path], int]] = {
    "lean": lean, "ours": ours, "runner": runner, "openai": openai, "datatrove": datatrove,
}  # fmt: skip
TABLED = ("ours", "runner")


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def busy_seconds(pid: int) -> float:
    """CPU seconds that a process has had, by Linux's /proc."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def child(side: str, url: str, key: str, window: int, n: int, max_tokens: int, server_pid: int | None) -> None:
    """Ask twice: a little, to import and compile what the first request would, then what is measured."""
    ask = SIDES[side]
    with tempfile.TemporaryDirectory() as warm, tempfile.TemporaryDirectory() as folder:
        ask(url, key, 2, 2, max_tokens, Path(warm))
        for number in range(n):
            chunk(number)
        if side in TABLED:
            stores(Path(folder))
        busy = busy_seconds(server_pid) if server_pid else 0.0
        cpu, begun = cpu_seconds(), time.monotonic()
        n_chars = ask(url, key, window, n, max_tokens, Path(folder))
        seconds = time.monotonic() - begun
        cpu = cpu_seconds() - cpu
        # as fast as this side keeps the server at work; of the mock server as fast as it answers
        rate = (busy_seconds(server_pid) - busy) / seconds if server_pid else n / seconds
    print(json.dumps({"seconds": seconds, "rate": rate, "cpu_us": cpu / n * 1e6, "n_chars": n_chars}))


class LlamaServer(AbstractContextManager["LlamaServer"]):
    """llama.cpp in a process of its own with the model of one layer that the tests write."""

    def __init__(self, core: int | None = None) -> None:
        self._cores = os.sched_getaffinity(0) if core is None else {core}

    def __enter__(self) -> LlamaServer:
        from resources.server_keeper.processes import free_port
        from tests import llama_process
        from tests.models import write_tiny_gguf

        self._folder = tempfile.TemporaryDirectory()
        gguf = write_tiny_gguf(Path(self._folder.name) / "tiny.gguf", context_tokens=CONTEXT_TOKENS)
        self._process = llama_process.LlamaProcess(gguf, free_port(), CONTEXT_TOKENS)
        own = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self._cores)  # the process inherits it
        self._process.start()
        os.sched_setaffinity(0, own)
        self.url, self.key = self._process.url.removesuffix("/v1"), llama_process.API_KEY
        self.pid = self._process.pid
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._folder.cleanup()


def measure(python: str, side: str, server: Any, window: int, n: int, max_tokens: int) -> dict[str, float]:
    key = getattr(server, "key", "none")
    command = [python, "-m", "benchmarks.language_model_overhead", "--child", side, server.url, key]
    command += ["--windows", str(window), "--requests", str(n), "--max-tokens", str(max_tokens)]
    command += ["--server-pid", str(server.pid)] if hasattr(server, "pid") else []
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{side} failed:\n{done.stderr[-3000:]}")
    said: dict[str, float] = json.loads(done.stdout.strip().rpartition("\n")[2])
    figures = f"{n / said['seconds']:.1f} requests/s, {said['cpu_us']:.0f} µs, rate {said['rate']:.3f}"
    print(f"{side}, window {window}: {figures}", file=sys.stderr)
    return said


def compare(window: int, n: int, max_tokens: int, rounds: int, sides: dict[str, str], server: Any) -> list[str]:
    """Rows of the table: each side of one window."""
    found: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
    for number in range(rounds):
        order = list(sides)[number % len(sides) :] + list(sides)[: number % len(sides)]
        for side in order:
            found[side].append(measure(sides[side], side, server, window, n, max_tokens))
    rows = []
    for side, runs in found.items():
        shares = [run["rate"] / base["rate"] for base, run in zip(found["lean"], runs, strict=True)]
        rate = statistics.median(n / run["seconds"] for run in runs)
        cpu = statistics.median(run["cpu_us"] for run in runs)
        spread = f"{min(shares):.3f}..{max(shares):.3f}"
        rows.append(
            f"| {window:,} | {n:,} | {side} | {rate:.1f} | {statistics.median(shares):.3f} | {spread} | {cpu:.0f} |"
        )
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--windows", type=int, nargs="+", default=[64, 256, 1024])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--requests", type=int, help=f"of each run; else {GENERATIONS} windows, {MIN_REQUESTS} at least"
    )
    parser.add_argument("--max-tokens", type=int, default=MAX_TOKENS)
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second that the mock server answers")
    parser.add_argument("--server-core", type=int, help="the core that the server is pinned to")
    parser.add_argument("--sides", nargs="+", default=["lean", "ours", "runner"], choices=list(SIDES))
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--llama", action="store_true", help="ask llama.cpp instead of the mock server")
    parser.add_argument("--child", nargs=3, metavar=("SIDE", "URL", "KEY"), help=argparse.SUPPRESS)
    parser.add_argument("--server-pid", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        child(*options.child, options.windows[0], options.requests, options.max_tokens, options.server_pid)
        return
    from benchmarks.language_model_server import MockServer

    sides = dict.fromkeys(options.sides, sys.executable) | dict(peer.split("=", 1) for peer in options.peer)
    print("| in flight | requests | side | requests/s | of the leanest loop | range | CPU µs a request |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for window in options.windows:
        n = options.requests or max(GENERATIONS * window, MIN_REQUESTS)
        core = options.server_core
        server: Any = LlamaServer(core) if options.llama else MockServer(window / options.rate, core=core)
        with server:
            rows = compare(window, n, options.max_tokens, options.rounds, sides, server)
        print("\n".join(rows), flush=True)


if __name__ == "__main__":
    main()
