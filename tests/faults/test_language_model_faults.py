"""Servers that refuse, break off, stall and lie: every request still ends in exactly one reply."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from traceback import format_exception

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.language_model import (
    ChatReply,
    ChatRequest,
    ConfigurationError,
    DeltaAnswerStore,
    LanguageModel,
    LanguageModelError,
    ServerUnavailableError,
    TooManyFailuresError,
)
from tests.chat_server import ChatServer, Fault, answer_to

MAX_ATTEMPTS = 3
NOBODY_LISTENS = "http://127.0.0.1:9"
CANARY = "the canary sings at noon"

CUT, HALF, STALL, HTML, JSON = (Fault(kind) for kind in ("cut", "half", "stall", "html", "json"))
SERVER_ERROR, UNAVAILABLE = Fault("status", 500), Fault("status", 503)
PATIENCE = Fault("status", 429, retry_after="0.02")
BAD_REQUEST = Fault("status", 400)
TOO_LONG = Fault("status", 400, body='{"error": {"type": "exceed_context_size_error"}}')
LENGTH, NO_CONTENT, LOOP, REPETITION = (Fault(kind) for kind in ("length", "no_content", "loop", "repetition"))
ABORTED = Fault("abort")

QUICK = (
    *(CUT, HALF, HTML, JSON, SERVER_ERROR, ABORTED, BAD_REQUEST, TOO_LONG),
    *(LENGTH, NO_CONTENT, LOOP, REPETITION),
)
PASSING = (CUT, HALF, STALL, HTML, JSON, SERVER_ERROR, ABORTED, UNAVAILABLE)
ANOTHER_RUNG = (LOOP, REPETITION, NO_CONTENT)
N_RUNGS = 4
ERROR_OF = {
    CUT: "cut",
    HALF: "cut",
    STALL: "timeout",
    HTML: "malformed_body",
    JSON: "malformed_body",
    SERVER_ERROR: "http_500",
    BAD_REQUEST: "bad_request",
    TOO_LONG: "too_long",
    LENGTH: "length",
    NO_CONTENT: "no_content",
    LOOP: "repetition",
    REPETITION: "repetition",
    ABORTED: "aborted",
}


def model_of(*servers: ChatServer, **fields: object) -> LanguageModel:
    usual: dict[str, object] = {
        "base_urls": [server.url for server in servers],
        "attempt_timeout_seconds": 10.0,
        "backoff_seconds": 0.02,
        "max_attempts": MAX_ATTEMPTS,
    }
    return LanguageModel(engine="openai", **{**usual, **fields})  # type: ignore[arg-type]


def ask(number: int, text: str = "") -> ChatRequest:
    message = {"role": "user", "content": text or f"document {number}"}
    return ChatRequest(f"k{number}", (message,), 32)


def answers(model: LanguageModel, requests: list[ChatRequest]) -> dict[str, ChatReply]:
    """All replies by key; fails when there is not exactly one for each request."""
    replies = list(model.answer(requests, store=None, prompt_id="p"))
    assert sorted(reply.key for reply in replies) == sorted(request.key for request in requests)
    return {reply.key: reply for reply in replies}


def number_of(prompt: str) -> int:
    return int(prompt.rpartition(" ")[2])


def draw(prompt: str) -> int:
    """A number 0..99 that belongs to the prompt."""
    return int.from_bytes(blake2b(prompt.encode(), digest_size=4).digest(), "big") % 100


def thirty_percent_faults(prompt: str, attempt: int) -> Fault | None:
    """26 % fail once and then pass, 4 % never succeed, and 5 % of the rest are put off once."""
    number = draw(prompt)
    if number < 26:
        return PASSING[number % len(PASSING)] if attempt == 1 else None
    if number < 30:
        return (BAD_REQUEST, TOO_LONG, LENGTH, SERVER_ERROR)[number - 26]
    return PATIENCE if number < 35 and attempt == 1 else None


def test_eight_hundred_requests_at_thirty_percent_faults() -> None:
    requests = [ask(number) for number in range(800)]
    with ChatServer(thirty_percent_faults) as server:
        replies = answers(model_of(server, window=64, attempt_timeout_seconds=1.5), requests)
    for request in requests:
        prompt, reply = request.messages[0]["content"], replies[request.key]
        number = draw(prompt)
        if 26 <= number < 30:
            assert reply.error == ("bad_request", "too_long", "length", "http_500")[number - 26]
            assert server.sent[prompt] == {28: 2, 29: MAX_ATTEMPTS}.get(number, 1)
        else:
            assert (reply.error, reply.text) == (None, answer_to(prompt))
            assert server.sent[prompt] == (2 if number < 26 or number < 35 else 1)
            assert server.paid[prompt] == 1
        assert reply.attempts == server.sent[prompt]
    assert sum(reply.ok for reply in replies.values()) > 700
    assert server.most_in_flight <= 64


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from([*QUICK, PATIENCE]), max_size=7), min_size=1, max_size=8))
def test_any_sequence_of_faults_ends_in_one_reply(sequences: list[list[Fault]]) -> None:
    def plan(prompt: str, attempt: int) -> Fault | None:
        faults = sequences[number_of(prompt)]
        return faults[attempt - 1] if attempt <= len(faults) else None

    def expected(faults: list[Fault]) -> str | None:
        """The first lasting failure or answer of use decides, unless the attempts or the ladder were used up before."""
        n_failed, n_rungs, was_cut = 0, 1, False
        for fault in faults:
            if fault in PASSING:
                n_failed += 1
                if n_failed == MAX_ATTEMPTS:
                    return ERROR_OF[fault]
                continue
            if fault in ANOTHER_RUNG and n_rungs < N_RUNGS:
                n_failed, n_rungs = 0, n_rungs + 1
            elif fault is LENGTH and not was_cut:
                n_failed, was_cut = 0, True
            elif fault is not PATIENCE:
                return ERROR_OF[fault]
        return None

    with ChatServer(plan) as server:
        model = model_of(server, backoff_seconds=0.001, window=4)
        replies = answers(model, [ask(number) for number in range(len(sequences))])
    assert {key: reply.error for key, reply in replies.items()} == {
        f"k{number}": expected(faults) for number, faults in enumerate(sequences)
    }


def test_the_other_servers_take_over_when_one_dies() -> None:
    requests = [ask(number) for number in range(400)]
    with ChatServer(seconds=0.01) as first, ChatServer(seconds=0.01) as second:
        replies = {}
        for reply in model_of(first, second, window=16).answer(requests, store=None, prompt_id="p"):
            replies[reply.key] = reply
            if len(replies) == 100:
                second.stop()
    assert len(replies) == len(requests)
    assert all(reply.ok for reply in replies.values())
    assert sum(second.paid.values()) > 30
    assert sum(first.paid.values()) > 250


def test_a_second_attempt_goes_to_another_server() -> None:
    with ChatServer(lambda _prompt, _attempt: SERVER_ERROR) as broken, ChatServer() as sound:
        model = model_of(broken, sound, window=1, max_attempts=2)
        replies = answers(model, [ask(number) for number in range(8)])
    assert all(reply.ok for reply in replies.values())
    assert sum(broken.sent.values()) > 0


def test_work_is_shared_between_servers() -> None:
    with ChatServer(seconds=0.01) as quick, ChatServer(seconds=0.03) as slow:
        answers(model_of(quick, slow, window=8), [ask(number) for number in range(200)])
    assert sum(quick.paid.values()) > 1.5 * sum(slow.paid.values()) > 0


def test_a_request_that_waits_holds_no_place_in_the_window() -> None:
    def plan(prompt: str, attempt: int) -> Fault | None:
        return Fault("status", 500, retry_after="1.0") if number_of(prompt) < 3 and attempt == 1 else None

    with ChatServer(plan) as server:
        model = model_of(server, window=1)
        replies = list(model.answer([ask(n) for n in range(20)], store=None, prompt_id="p"))
    assert {reply.key for reply in replies[-3:]} == {"k0", "k1", "k2"}
    assert all(reply.ok for reply in replies)


def test_one_long_answer_holds_nobody_up() -> None:
    def plan(prompt: str, attempt: int) -> Fault | None:
        return STALL if prompt == "document 0" and attempt == 1 else None

    with ChatServer(plan) as server:
        model = model_of(server, window=2, attempt_timeout_seconds=1.5)
        replies = list(model.answer([ask(n) for n in range(60)], store=None, prompt_id="p"))
    assert [reply.key for reply in replies][-1] == "k0"
    assert replies[-1].attempts == 2


def test_patience_is_granted_for_as_long_as_a_server_asks_for_it() -> None:
    begun = time.monotonic()
    sent_at: list[float] = []

    def plan(_prompt: str, _attempt: int) -> Fault | None:
        sent_at.append(time.monotonic())
        return Fault("status", 429, retry_after="0.3") if time.monotonic() < begun + 0.7 else None

    with ChatServer(plan) as server:
        replies = answers(model_of(server, window=1, max_attempts=1), [ask(0)])
    assert replies["k0"].ok
    assert replies["k0"].attempts == len(sent_at) >= 3
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(sent_at))


def test_a_request_ends_at_its_deadline() -> None:
    begun = time.monotonic()
    with ChatServer(lambda _prompt, _attempt: STALL) as server:
        model = model_of(server, deadline_seconds=0.6, attempt_timeout_seconds=0.25, max_attempts=100)
        replies = answers(model, [ask(0)])
    assert replies["k0"].error == "timeout"
    assert time.monotonic() - begun < 5.0


def test_a_bad_deployment_stops_the_run_and_what_was_answered_is_kept(tmp_path: Path) -> None:
    store = DeltaAnswerStore(str(tmp_path / "answers"))
    store.create()

    def plan(prompt: str, _attempt: int) -> Fault | None:
        return SERVER_ERROR if number_of(prompt) >= 20 and number_of(prompt) % 4 == 0 else None

    with ChatServer(plan) as server:
        model = model_of(server, window=8, failure_share_after=50)
        with pytest.raises(TooManyFailuresError, match="http_500"):
            list(model.answer([ask(n) for n in range(1_000)], store=store, prompt_id="p"))
        assert sum(server.sent.values()) < 1_000
        n_stored = len(store.open(model_fingerprint=model.fingerprint(), prompt_id="p"))
        assert 0 <= sum(server.paid.values()) - n_stored <= 8


def test_bad_content_stops_no_run_unless_there_is_hardly_any_other() -> None:
    def plan(prompt: str, _attempt: int) -> Fault | None:
        return LENGTH if number_of(prompt) % 5 else None

    with ChatServer(plan) as server:
        replies = answers(model_of(server, failure_share_after=10), [ask(n) for n in range(50)])
        assert Counter(reply.error for reply in replies.values()) == {"length": 40, None: 10}
        assert all(reply.text == "answe" for reply in replies.values() if not reply.ok)

        server.plan = lambda _prompt, _attempt: LENGTH
        with pytest.raises(
            TooManyFailuresError, match=r"10 of 10 requests got no answer of use \(10 length\).*template"
        ):
            answers(model_of(server, failure_share_after=10), [ask(n) for n in range(50)])
        patient = model_of(server, failure_share_after=10, max_refused_share=1.0)
        assert {reply.error for reply in answers(patient, [ask(n) for n in range(50)]).values()} == {"length"}


def test_a_prompt_that_works_does_not_hide_one_that_does_not() -> None:
    with ChatServer() as server:
        model = model_of(server, failure_share_after=10)
        assert len(list(model.answer([ask(n) for n in range(50)], store=None, prompt_id="works"))) == 50
        with pytest.raises(TooManyFailuresError, match=r"of 10 requests got no answer of use"):
            list(
                model.answer(
                    [ask(n) for n in range(50)], store=None, prompt_id="does-not", refused=lambda _: "guard_growth"
                )
            )


def test_a_key_that_expires_stops_the_run_at_once() -> None:
    def plan(prompt: str, _attempt: int) -> Fault | None:
        return Fault("status", 401) if prompt == "document 50" else None

    with ChatServer(plan) as server:
        with pytest.raises(ConfigurationError, match="DARWIN_LLM_API_KEY"):
            list(model_of(server, window=4).answer([ask(n) for n in range(500)], store=None, prompt_id="p"))
        assert sum(server.sent.values()) < 100


def test_a_redirect_is_not_followed() -> None:
    with ChatServer(lambda _prompt, _attempt: Fault("status", 307, location="/v1/models")) as server:
        with pytest.raises(ConfigurationError, match="http_307"):
            list(model_of(server).answer([ask(0)], store=None, prompt_id="p"))
        assert sum(server.sent.values()) == 1


def test_an_outage_stops_the_run_and_costs_few_attempts() -> None:
    with ChatServer() as server:
        model = model_of(server, window=4, attempt_timeout_seconds=1.0, max_outage_seconds=1.5, max_failure_share=1.0)
        replies = model.answer((ask(n) for n in range(100_000)), store=None, prompt_id="p")
        assert all(next(replies).ok for _ in range(50))
        server.stop()
        with pytest.raises(ServerUnavailableError, match="DARWIN_LLM_URL"):
            assert all(reply.ok for reply in replies)


def test_a_server_that_is_away_for_a_while_costs_no_request() -> None:
    begun = time.monotonic()

    def plan(_prompt: str, _attempt: int) -> Fault | None:
        return UNAVAILABLE if 0.2 < time.monotonic() - begun < 1.5 else None

    with ChatServer(plan, seconds=0.01) as server:
        replies = answers(model_of(server, window=8, max_attempts=1), [ask(n) for n in range(400)])
    assert all(reply.ok for reply in replies.values())
    assert max(reply.attempts for reply in replies.values()) > 1
    assert sum(server.sent.values()) - len(replies) <= 3 * 8  # nobody hammers a server that is down


def test_documents_that_always_fail_do_not_stop_the_others() -> None:
    def plan(prompt: str, _attempt: int) -> Fault | None:
        return SERVER_ERROR if number_of(prompt) < 8 else None

    with ChatServer(plan) as server:
        replies = answers(model_of(server, window=4), [ask(number) for number in range(400)])
    assert {key for key, reply in replies.items() if not reply.ok} == {f"k{number}" for number in range(8)}


def test_requests_are_read_only_as_far_ahead_as_needed() -> None:
    n_read = 0

    def requests() -> Iterator[ChatRequest]:
        nonlocal n_read
        for number in range(300):
            n_read += 1
            yield ask(number)

    with ChatServer() as server:
        model = model_of(server, window=8, look_ahead=32)
        for n_replies, _ in enumerate(model.answer(requests(), store=None, prompt_id="p")):
            assert n_read - n_replies <= 32 + 6 * 8
    assert n_read == 300


def test_neither_errors_nor_logs_carry_a_prompt_or_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    faults = [*ERROR_OF, PATIENCE, Fault("status", 400, body=f'{{"error": {{"message": "{CANARY}"}}}}')]

    def plan(prompt: str, _attempt: int) -> Fault | None:
        return faults[number_of(prompt) % len(faults)]

    requests = [ask(number, f"{CANARY} {number}") for number in range(120)]
    with caplog.at_level(logging.DEBUG), ChatServer(plan) as server:
        quick = {"attempt_timeout_seconds": 0.1, "deadline_seconds": 0.5, "failure_share_after": 100}
        model = model_of(server, base_urls=[server.url, NOBODY_LISTENS], **quick)
        with pytest.raises(LanguageModelError) as raised:
            list(model.answer(requests, store=None, prompt_id="p"))
    assert not [line for line in format_exception(raised.value) if CANARY in line]
    assert f"{NOBODY_LISTENS}/v1 is failing (connection)" in caplog.text
    assert CANARY not in caplog.text


RUN = """
import sys
from resources.language_model import DeltaAnswerStore, LanguageModel
from tests.faults.test_language_model_faults import COMMIT_ROWS, N_RESUMED, WINDOW_RESUMED, ask
url, uri = sys.argv[1:]
model = LanguageModel(engine="openai", base_urls=[url], window=WINDOW_RESUMED)
store = DeltaAnswerStore(uri, commit_rows=COMMIT_ROWS)
for reply in model.answer((ask(n) for n in range(N_RESUMED)), store=store, prompt_id="p"):
    pass
"""
N_RESUMED = 600
WINDOW_RESUMED = 16
COMMIT_ROWS = 20


@pytest.mark.parametrize("n_paid_at_kill", [60, 300, 540])
def test_a_killed_run_pays_again_only_for_what_was_not_committed(tmp_path: Path, n_paid_at_kill: int) -> None:
    uri = str(tmp_path / "answers")
    store = DeltaAnswerStore(uri, commit_rows=COMMIT_ROWS)
    store.create()
    with ChatServer(seconds=0.005) as server:
        child = subprocess.Popen([sys.executable, "-c", RUN, server.url, uri])
        while sum(server.paid.values()) < n_paid_at_kill:
            assert child.poll() is None
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        while server.in_flight:
            time.sleep(0.002)
        n_paid = sum(server.paid.values())
        committed = set(pl.read_delta(uri)["request_key"])

        replies = list(model_of(server).answer(map(ask, range(N_RESUMED)), store=store, prompt_id="p"))
        n_paid_twice = sum(server.paid.values()) - N_RESUMED
    assert sorted(reply.key for reply in replies) == sorted(f"k{number}" for number in range(N_RESUMED))
    assert all(reply.text == answer_to(f"document {reply.key[1:]}") for reply in replies)
    assert {reply.key for reply in replies if reply.cached} == committed
    assert n_paid_twice <= n_paid - len(committed) <= COMMIT_ROWS + 3 * WINDOW_RESUMED
