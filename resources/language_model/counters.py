"""What servers count themselves (`/metrics` of vLLM and llama.cpp), to hold the call ledger against."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.language_model.background import run_coroutine
from resources.language_model.errors import ServerUnavailableError
from resources.language_model.sessions import open_session
from resources.language_model.wire import printable_url, server_root

if TYPE_CHECKING:
    import aiohttp

TIMEOUT_SECONDS = 20.0
_SAMPLE = re.compile(r"^([a-z_]+:[a-z_]+)(?:\{[^}]*\})? ([0-9.e+-]+)$", re.MULTILINE | re.IGNORECASE)
# Sums of these are the counter. llama.cpp counts the tokens of a prompt that it found in its cache apart from the others.
_PROMPT = ("vllm:prompt_tokens_total", "llamacpp:prompt_tokens_total", "llamacpp:prompt_tokens_cached_total")
_CACHED = ("vllm:prefix_cache_hits_total", "llamacpp:prompt_tokens_cached_total")
_GENERATED = ("vllm:generation_tokens_total", "llamacpp:tokens_predicted_total")
_RUNNING = ("vllm:num_requests_running", "llamacpp:requests_processing")
_WAITING = ("vllm:num_requests_waiting", "llamacpp:requests_deferred")
_PREEMPTIONS = ("vllm:num_preemptions_total",)


@dataclass(frozen=True, slots=True)
class ServerCounters:
    """Tokens since the server started (``prompt_tokens`` with the ``cached_tokens`` among them), requests at the moment, and
    how often a request lost its place for want of memory (0 on llama.cpp, which has no such thing)."""

    prompt_tokens: int
    cached_tokens: int
    generated_tokens: int
    running: int
    waiting: int
    preemptions: int

    def since(self, before: "ServerCounters") -> "ServerCounters":
        """What was added to the sums; the requests of the moment stay as they are."""
        return ServerCounters(
            self.prompt_tokens - before.prompt_tokens,
            self.cached_tokens - before.cached_tokens,
            self.generated_tokens - before.generated_tokens,
            self.running,
            self.waiting,
            self.preemptions - before.preemptions,
        )


def parse_counters(metrics: str) -> ServerCounters | None:
    """The counters in a page of metrics; null where neither vLLM nor llama.cpp speaks. Engines of one server are summed."""
    sums: dict[str, float] = {}
    for name, value in _SAMPLE.findall(metrics):
        sums[name] = sums.get(name, 0.0) + float(value)
    if not any(name in sums for name in _PROMPT):
        return None
    groups = (_PROMPT, _CACHED, _GENERATED, _RUNNING, _WAITING, _PREEMPTIONS)
    return ServerCounters(*(int(sum(sums.get(name, 0.0) for name in names)) for names in groups))


def read_counters(base_url: str, api_key: str | None = None) -> ServerCounters | None:
    """What a server counts; null where it does not. Raises ServerUnavailableError when nothing answers."""

    async def read() -> str:
        async with open_session(api_key) as session:
            return await _metrics(session, base_url)

    return parse_counters(run_coroutine(read()))


async def _metrics(session: "aiohttp.ClientSession", base_url: str) -> str:
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with session.get(f"{server_root(base_url)}/metrics", timeout=timeout, allow_redirects=False) as response:
            return await response.text() if response.status == 200 else ""
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise ServerUnavailableError(f"no language model server answers at {printable_url(base_url)}") from None
