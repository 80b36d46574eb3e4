"""Budgets and progress: a run that may not spend more stops cleanly, and its log says how far it has come."""

import logging
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from resources.language_model import (
    BudgetSpentError,
    ChatReply,
    ChatRequest,
    ConfigurationError,
    DeltaAnswerStore,
    LanguageModel,
)
from resources.language_model import progress as progress_module
from resources.language_model.prices import Prices
from resources.language_model.progress import Progress
from resources.language_model.spending import Spending
from tests.chat_server import ChatServer, Fault, answer_to

TOKENS_EACH = 4 + 6  # "document with number 7", and the same behind "answer to"
WINDOW = 4


def question(number: int) -> ChatRequest:
    return ChatRequest(f"k{number}", ({"role": "user", "content": f"document with number {number}"},), 32)


def model_of(server: ChatServer, **fields: Any) -> LanguageModel:
    return LanguageModel(engine="openai", base_urls=[server.url], self_test=False, window=WINDOW, **fields)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"budget_tokens": 25 * TOKENS_EACH}, "250 tokens.*DARWIN_LLM_BUDGET_TOKENS"),
        ({"budget_cost": 0.1, "price_input": 1000.0}, r"of 0\.1000.*DARWIN_LLM_BUDGET_COST"),
    ],
)
def test_a_spent_budget_stops_before_the_next_request_and_keeps_all_answers(
    tmp_path: Path, settings: dict[str, float], names: str
) -> None:
    store = DeltaAnswerStore(str(tmp_path / "answers"))
    store.create()
    with ChatServer(seconds=0.01) as server:
        model = model_of(server, **settings)
        got: list[ChatReply] = []
        with pytest.raises(BudgetSpentError, match=names):
            got.extend(model.answer(map(question, count()), store=store, prompt_id="p"))
        assert 25 <= len(server.bodies) <= 25 + WINDOW  # what was in flight when the budget was spent
        assert len(got) == len(server.bodies)
        assert len(store.open(model_fingerprint=model.fingerprint(), prompt_id="p")) == len(server.bodies)

        n_paid = len(server.bodies)
        again = list(model_of(server, **settings).answer(map(question, range(40)), store=store, prompt_id="p"))
        assert len(again) == len(server.bodies) == 40
        assert sum(reply.cached for reply in again) == n_paid


def test_a_budget_that_is_spent_with_the_last_request_stops_nothing() -> None:
    with ChatServer() as server:
        replies = list(
            model_of(server, budget_tokens=10 * TOKENS_EACH).answer(map(question, range(10)), store=None, prompt_id="p")
        )
    assert len(replies) == 10
    assert all(reply.text == answer_to(f"document with number {reply.key[1:]}") for reply in replies)


def test_a_budget_is_one_for_all_that_a_step_asks() -> None:
    with ChatServer() as server:
        model = model_of(server, budget_tokens=15 * TOKENS_EACH)
        assert len(list(model.answer(map(question, range(10)), store=None, prompt_id="p"))) == 10
        with pytest.raises(BudgetSpentError):
            list(model.answer(map(question, range(10)), store=None, prompt_id="q"))
        assert 15 <= len(server.bodies) <= 15 + WINDOW


def test_no_budget_at_all_sends_nothing_but_reads_the_store(tmp_path: Path) -> None:
    store = DeltaAnswerStore(str(tmp_path / "answers"))
    store.create()
    with ChatServer() as server:
        assert len(list(model_of(server).answer(map(question, range(5)), store=store, prompt_id="p"))) == 5
        broke = model_of(server, budget_tokens=0)
        assert len(list(broke.answer(map(question, range(5)), store=store, prompt_id="p"))) == 5
        with pytest.raises(BudgetSpentError):
            list(broke.answer(map(question, range(6)), store=store, prompt_id="p"))
        assert len(server.bodies) == 5


def test_useless_answers_are_paid_for_too() -> None:
    with ChatServer(lambda _prompt, _attempt: Fault("repetition")) as server, pytest.raises(BudgetSpentError):
        list(model_of(server, budget_tokens=100).answer(map(question, range(50)), store=None, prompt_id="p"))


def test_the_environment_names_budgets_and_prices() -> None:
    environ = {
        "DARWIN_LLM_URL": "http://a",
        "DARWIN_LLM_BUDGET_TOKENS": "2e6",
        "DARWIN_LLM_BUDGET_COST": "1.5",
        "DARWIN_LLM_PRICE_INPUT": "0.1",
    }
    model = LanguageModel.from_env(environ)
    assert (model.budget_tokens, model.budget_cost, model.prices()) == (2_000_000, 1.5, Prices(input=0.1))
    for wrong in ("many", "-1", "inf", "nan"):
        with pytest.raises(ConfigurationError, match="DARWIN_LLM_BUDGET_COST must be a number"):
            LanguageModel.from_env({**environ, "DARWIN_LLM_BUDGET_COST": wrong})
    with pytest.raises(ConfigurationError, match=r"DARWIN_LLM_BUDGET_TOKENS must be .* whole"):
        LanguageModel.from_env({**environ, "DARWIN_LLM_BUDGET_TOKENS": "1000.5"})


def test_spending_is_tokens_and_the_time_of_servers() -> None:
    spent = Spending(prices=Prices(input=2.0, output=10.0, cached_input=1.0, hour=36.0), budget_cost=1.0)
    spent.pay(prompt_tokens=100_000, completion_tokens=30_000, cached_tokens=50_000)
    assert spent.cost == pytest.approx(0.1 + 0.05 + 0.3)
    assert not spent.is_spent
    spent.busy(60.0)
    assert spent.cost == pytest.approx(1.05)
    assert spent.is_spent
    assert "1.0500 of 1.0000" in str(spent.error())


def test_the_log_has_a_line_now_and_then_and_at_the_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_module, "REPORT_SECONDS", 0.1)
    with caplog.at_level(logging.INFO, "resources.language_model.progress"), ChatServer(seconds=0.02) as server:
        model = model_of(server, price_output=1_000_000.0)
        assert len(list(model.answer(map(question, range(100)), store=None, prompt_id="p", total=100))) == 100
    lines = [record.getMessage() for record in caplog.records]
    assert 2 <= len(lines) <= 20
    done = [int(line.split()[2]) for line in lines]
    assert all(earlier <= later for earlier, later in pairwise(done))
    assert "of 100 requests" in lines[0]
    assert "s left" in lines[0]
    assert lines[-1].startswith("language model: 100 of 100 requests")
    assert "so far 400 tokens in (0 from the prefix cache), 600 out" in lines[-1]
    assert "cost 600.0000" in lines[-1]
    assert "document" not in " ".join(lines)


@pytest.mark.slow
def test_the_lines_reach_the_log_of_a_dagster_run(tmp_path: Path) -> None:
    settings = Path(__file__).parents[3] / "dagster.yaml"
    (tmp_path / "dagster.yaml").write_bytes(settings.read_bytes())

    @dg.asset
    def answers(model: LanguageModel) -> int:
        return len(list(model.answer(map(question, range(5)), store=None, prompt_id="p")))

    with ChatServer() as server, dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        result = dg.materialize([answers], resources={"model": model_of(server)}, instance=instance)
        said = [entry.user_message for entry in instance.all_logs(result.run_id) if "requests" in entry.user_message]
    (line,) = said
    assert line.startswith("language model: 5 requests, ")


def test_a_line_says_what_it_knows() -> None:
    progress = Progress(Spending())
    progress.begin(None)
    assert "left" not in progress.line()
    progress.n_avoided = 3
    progress.spending.pay(10, 5, 4)
    progress.ended(4, None, is_answered=True)
    assert progress.line().startswith("4 requests, ")
    assert "75% of answers from the store" in progress.line()
