"""How a level puts its tasks to the engine in use: by rules in this process, or to a language model."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from darwin_assets.tier import Step
from resources.language_model import ChatReply, ChatRequest, EngineName

RULES = EngineName.RULES.value


class Task(Protocol):
    """A piece of a document with a key that is unique in the batch."""

    @property
    def key(self) -> str: ...

    @property
    def text(self) -> str: ...


T = TypeVar("T", bound=Task)


def uses_rules(step: Step) -> bool:
    return step.model.engine == RULES


def engine_of(step: Step, rules_engine: str) -> str:
    """What stands on every row: the stage's own engine of rules, or the identity of the model."""
    return rules_engine if uses_rules(step) else step.model.fingerprint()


def ask(
    step: Step,
    tasks: Iterable[T],
    messages: Callable[[T], tuple[Mapping[str, str], ...]],
    max_tokens: Callable[[T], int],
    prompt_id: str,
) -> dict[str, ChatReply]:
    """One reply a task, by key. Answers given before are taken from the lake and cost nothing."""
    requests = (ChatRequest(task.key, messages(task), max_tokens(task)) for task in tasks)
    return {reply.key: reply for reply in step.model.answer(requests, store=step.answers, prompt_id=prompt_id)}
