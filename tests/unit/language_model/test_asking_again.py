"""Answers of no use are asked for again: how often, how, what it costs, and that nothing is paid for twice."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.language_model import Call, ChatReply, ChatRequest, DeltaAnswerStore, LanguageModel
from resources.language_model.errors import TooManyFailuresError
from resources.language_model.ladder import Ladder, Rung, next_rung
from tests.chat_server import LOOP, ChatServer, Fault, answer_to

LENGTH, REPETITION, LOOPS, NO_CONTENT, SERVER_ERROR = (
    Fault(kind, 500) for kind in ("length", "repetition", "loop", "no_content", "status")
)
BAD = Fault("text", body="nonsense")
REFUSED = "guard_words"
MAX_TOKENS = 32


@dataclass
class Ledger:
    """A call ledger in memory."""

    calls: list[Call] = field(default_factory=list)
    n_avoided: int = 0
    avoided_tokens: int = 0
    n_flushed: int = 0

    def record(self, call: Call) -> None:
        self.calls.append(call)

    def avoided(self, prompt_tokens: int, completion_tokens: int) -> None:
        self.n_avoided += 1
        self.avoided_tokens += prompt_tokens + completion_tokens

    @property
    def is_due(self) -> bool:
        return False

    def flush(self) -> None:
        self.n_flushed = len(self.calls)


def model_of(server: ChatServer, **fields: Any) -> LanguageModel:
    usual = {"backoff_seconds": 0.01, "window": 4, "self_test": False}
    return LanguageModel(engine="openai", base_urls=[server.url], **{**usual, **fields})


def question(text: str, key: str = "") -> ChatRequest:
    return ChatRequest(key or text, ({"role": "user", "content": text},), MAX_TOKENS)


def store_in(folder: Path) -> DeltaAnswerStore:
    store = DeltaAnswerStore(str(folder / "answers"))
    store.create()
    return store


def first(*faults: Fault) -> Callable[[str, int], Fault | None]:
    """These go wrong one after the other, then nothing does."""
    return lambda _prompt, attempt: faults[attempt - 1] if attempt <= len(faults) else None


def refuse_nonsense(reply: ChatReply) -> str | None:
    return REFUSED if reply.text == "nonsense" else None


def ask(model: LanguageModel, *texts: str, **more: Any) -> dict[str, ChatReply]:
    replies = list(model.answer(map(question, texts), **{"store": None, "prompt_id": "p", **more}))
    assert sorted(reply.key for reply in replies) == sorted(texts)
    return {reply.key: reply for reply in replies}


def sampling(server: ChatServer) -> list[tuple[float, int, int]]:
    return [(body["temperature"], body["seed"], body["max_tokens"]) for body in server.bodies]


@pytest.mark.parametrize("fault", [BAD, REPETITION, LOOPS, NO_CONTENT])
def test_an_answer_of_no_use_is_asked_for_hotter_with_a_new_seed(fault: Fault) -> None:
    with ChatServer(first(fault, fault)) as server:
        reply = ask(model_of(server), "a", refused=refuse_nonsense)["a"]
    assert (reply.text, reply.error, reply.attempts) == (answer_to("a"), None, 3)
    assert sampling(server) == [(0.0, 0, MAX_TOKENS), (0.2, 1, MAX_TOKENS), (0.5, 2, MAX_TOKENS)]


@pytest.mark.parametrize(
    ("fault", "error", "text"),
    [
        (BAD, REFUSED, "nonsense"),
        (REPETITION, "repetition", answer_to("a") + LOOP),
        (LOOPS, "repetition", answer_to("a") + LOOP),
        (NO_CONTENT, "no_content", None),
    ],
)
def test_the_ladder_ends_with_the_last_reason(fault: Fault, error: str, text: str | None) -> None:
    with ChatServer(lambda _prompt, _attempt: fault) as server:
        reply = ask(model_of(server), "a", refused=refuse_nonsense)["a"]
    assert (reply.error, reply.text, reply.attempts) == (error, text, 4)
    assert [temperature for temperature, _, _ in sampling(server)] == [0.0, 0.2, 0.5, 0.8]


def test_without_a_ladder_everything_is_asked_once() -> None:
    with ChatServer(lambda _prompt, _attempt: BAD) as server:
        reply = ask(model_of(server, retry_temperatures=[]), "a", refused=refuse_nonsense)["a"]
    assert (reply.error, reply.attempts) == (REFUSED, 1)


def test_a_cut_answer_gets_twice_the_room_once_and_within_bounds() -> None:
    with ChatServer(lambda _prompt, _attempt: LENGTH) as server:
        reply = ask(model_of(server), "a")["a"]
        assert (reply.error, reply.text, reply.attempts) == ("length", "answe", 2)
        assert ask(model_of(server, max_answer_tokens=40), "b")["b"].attempts == 2
        assert ask(model_of(server, max_answer_tokens=MAX_TOKENS), "c")["c"].attempts == 1
    assert [room for _, _, room in sampling(server)] == [32, 64, 32, 40, 32]
    with ChatServer(first(LENGTH, BAD, LENGTH)) as server:
        assert ask(model_of(server), "a", refused=refuse_nonsense)["a"].error == "length"
    assert sampling(server) == [(0.0, 0, 32), (0.0, 0, 64), (0.2, 1, 64)]


@pytest.mark.parametrize(("context", "room"), [(None, 64), (1_000, 64), (150, 50), (132, None), (120, None)])
def test_no_more_room_is_asked_for_than_the_context_has(context: int | None, room: int | None) -> None:
    cut = ChatReply("a", "answe", "length", 100, 32, 0.1, 1, False, "length")
    found = next_rung(Rung(question("a")), cut, "length", Ladder(context_tokens=context), is_refusal=False)
    assert (found and found.request.max_tokens) == room


def test_passing_failures_and_refusals_have_attempts_of_their_own() -> None:
    with ChatServer(first(SERVER_ERROR, BAD, SERVER_ERROR, SERVER_ERROR, BAD)) as server:
        reply = ask(model_of(server, max_attempts=3), "a", refused=refuse_nonsense)["a"]
    assert (reply.ok, reply.attempts) == (True, 6)


def test_another_attempt_goes_ahead_of_other_requests() -> None:
    order: list[str] = []

    def plan(prompt: str, attempt: int) -> Fault | None:
        order.append(prompt)
        return BAD if prompt == "0" and attempt == 1 else None

    with ChatServer(plan, seconds=0.05) as server:
        ask(model_of(server, window=2), *map(str, range(12)), refused=refuse_nonsense)
    assert [at for at, prompt in enumerate(order) if prompt == "0"][1] <= 4


def test_long_answers_are_asked_for_first() -> None:
    requests = [ChatRequest(str(n), ({"role": "user", "content": str(n)},), 10 + n % 40) for n in range(160)]
    with ChatServer() as server:
        model = model_of(server, window=8, look_ahead=200)
        assert len(list(model.answer(requests, store=None, prompt_id="p"))) == 160
    rooms = [room for _, _, room in sampling(server)]
    assert sum(rooms[16:56]) > 1.5 * sum(rooms[-40:])


def test_a_second_run_finds_the_whole_ladder_and_pays_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    plans = {
        "taken": [],
        "refused": [BAD] * 4,
        "loops": [REPETITION, LOOPS],
        "cut": [LENGTH] * 2,
        "mixed": [LENGTH, BAD],
    }

    def plan(prompt: str, attempt: int) -> Fault | None:
        return plans[prompt][attempt - 1] if attempt <= len(plans[prompt]) else None

    with ChatServer(plan) as server:
        model = model_of(server)
        before = ask(model, *plans, store=store, refused=refuse_nonsense)
        n_paid = len(server.bodies)
        ledger = Ledger()
        after = ask(model, *plans, store=store, refused=refuse_nonsense, ledger=ledger)
        assert len(server.bodies) == n_paid == 1 + 4 + 3 + 2 + 3
    assert {key: (one.text, one.error) for key, one in before.items()} == {
        key: (one.text, one.error) for key, one in after.items()
    }
    assert {key: one.error for key, one in after.items() if one.error} == {"refused": REFUSED, "cut": "length"}
    assert all(reply.cached and not reply.attempts for reply in after.values())
    assert (ledger.calls, ledger.n_avoided) == ([], n_paid)


def test_a_changed_guard_reads_stored_answers_and_asks_only_where_it_must(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with ChatServer(lambda prompt, attempt: BAD if prompt == "b" and attempt == 1 else None) as server:
        model = model_of(server)
        ask(model, "a", "b", "c", store=store)
        assert len(server.bodies) == 3
        replies = ask(model, "a", "b", "c", store=store, refused=refuse_nonsense)
        assert [body["messages"][-1]["content"] for body in server.bodies[3:]] == ["b"]
        assert replies["b"].text == answer_to("b")
        assert [replies[key].cached for key in "abc"] == [True, False, True]
        ask(model, "a", "b", "c", store=store, refused=lambda _reply: None)  # and back
        assert len(server.bodies) == 4


def test_equal_requests_share_the_whole_ladder() -> None:
    requests = [question("same", f"k{number}") for number in range(20)]
    ledger = Ledger()
    with ChatServer(first(BAD, LENGTH)) as server:
        replies = list(
            model_of(server, window=32).answer(
                requests, store=None, prompt_id="p", ledger=ledger, refused=refuse_nonsense
            )
        )
    assert sorted(reply.key for reply in replies) == sorted(request.key for request in requests)
    assert {reply.text for reply in replies} == {answer_to("same")}
    assert len(server.bodies) == len(ledger.calls) == 3
    assert sorted(reply.attempts for reply in replies) == [0] * 19 + [3]
    assert ledger.n_avoided == 19


def test_every_answer_is_one_call_and_the_sums_are_the_servers(tmp_path: Path) -> None:
    faults = [None, BAD, LENGTH, REPETITION, LOOPS, NO_CONTENT, SERVER_ERROR, Fault("cut"), Fault("abort")]

    def plan(prompt: str, attempt: int) -> Fault | None:
        return faults[int(prompt) % len(faults)] if attempt <= 1 + int(prompt) % 3 else None

    ledger = Ledger()
    with ChatServer(plan) as server:
        replies = ask(
            model_of(server, max_failure_share=1.0),
            *map(str, range(90)),
            ledger=ledger,
            store=store_in(tmp_path),
            refused=refuse_nonsense,
        )
        url = f"{server.url}/v1"
        assert sum(call.prompt_tokens for call in ledger.calls) == server.counters["prompt_tokens_total"]
        assert sum(call.completion_tokens for call in ledger.calls) == server.counters["generation_tokens_total"]
    assert {call.endpoint for call in ledger.calls} == {url}
    assert ledger.n_flushed == len(ledger.calls)
    assert len({call.content_key for call in ledger.calls}) == len(ledger.calls)
    taken = Counter(call.request_key for call in ledger.calls if call.error is None)
    assert taken == Counter(key for key, reply in replies.items() if reply.ok)
    assert {call.error for call in ledger.calls} == {None, REFUSED, "length", "repetition", "no_content"}
    assert all(call.seconds > 0 and call.started_at.tzinfo is not None for call in ledger.calls)


def test_a_run_that_is_stopped_enters_every_call_once_and_names_the_way_out(tmp_path: Path) -> None:
    texts, store, ledger = list(map(str, range(40))), store_in(tmp_path), Ledger()
    with ChatServer(lambda _prompt, _attempt: BAD) as server:
        model = model_of(server, window=8, failure_share_after=10)
        with pytest.raises(TooManyFailuresError, match="under another name"):
            ask(model, *texts, store=store, refused=refuse_nonsense, ledger=ledger)
        n_asked = len(server.bodies)
        n_stored = len(store.open(model_fingerprint=model.fingerprint(), prompt_id="p"))
        assert len({call.content_key for call in ledger.calls}) == len(ledger.calls) == n_stored <= n_asked

        server.plan, server.model = lambda _prompt, _attempt: None, "mended"
        assert all(reply.ok for reply in ask(model_of(server), *texts, store=store, refused=refuse_nonsense).values())


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.sampled_from([BAD, LENGTH, REPETITION, LOOPS, NO_CONTENT, SERVER_ERROR, Fault("cut")]), max_size=9),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_whatever_happens_is_one_reply_each_and_no_token_twice(
    tmp_path_factory: pytest.TempPathFactory, sequences: list[list[Fault]]
) -> None:
    def plan(prompt: str, attempt: int) -> Fault | None:
        faults = sequences[int(prompt)]
        return faults[attempt - 1] if attempt <= len(faults) else None

    texts = [str(number) for number in range(len(sequences))]
    store = store_in(tmp_path_factory.mktemp("lake"))
    with ChatServer(plan) as server:
        model = model_of(server, backoff_seconds=0.001, max_failure_share=1.0)
        ledger = Ledger()
        before = ask(model, *texts, store=store, refused=refuse_nonsense, ledger=ledger)
        n_stored = len(store.open(model_fingerprint=model.fingerprint(), prompt_id="p"))
        assert n_stored == len(ledger.calls)
        server.plan = lambda _prompt, _attempt: None
        n_asked = len(server.bodies)
        after = ask(model, *texts, store=store, refused=refuse_nonsense)
        asked = {body["messages"][-1]["content"] for body in server.bodies[n_asked:]}
    # asked again is only where a server gave nothing that it would give again
    for key, reply in before.items():
        whole = reply.ok or reply.error in (REFUSED, "length", "repetition", "no_content")
        assert not (whole and key in asked)
        assert reply.ok <= after[key].ok


def test_requests_may_hold_pictures() -> None:
    content = [
        {"type": "text", "text": "read"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
    ]
    request = ChatRequest("page", ({"role": "user", "content": content},), MAX_TOKENS)
    with ChatServer() as server:
        (reply,) = model_of(server).answer([request], store=None, prompt_id="p")
    assert reply.ok
    assert server.bodies[0]["messages"][0]["content"] == content
