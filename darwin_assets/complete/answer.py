"""What an engine answered at L5: the window's new text and nothing else (papers.md §1.6 O2, §5b D37)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from darwin_assets.refine.answer import REFUSAL, Reply, unfinished
from darwin_assets.reply_text import without_fence, without_reasoning

State = Literal["completed", "unchanged", "malformed"]

PREAMBLE = re.compile(
    r"\A\s*(?:sure|certainly|of course|okay|absolutely)\b[^\n]{0,200}[:!.]\s*\n|"
    r"\A\s*(?:here(?:'|’)?s?|below)\b[^\n]{0,120}\b(?:version|passage|text|chunk|excerpt|rewrite|completion)\b[^\n]{0,80}:\s*\n",
    re.IGNORECASE,
)
UNFINISHED_REASONING = re.compile(r"</?think>")
MAX_REFUSAL_CHARS = 600


@dataclass(frozen=True)
class Answer:
    """A parsed reply. `text` is the new window, "" when malformed; `reason` is a code, never document text."""

    state: State
    text: str = ""
    reason: str = ""


def parse(reply_text: str | None, window: str) -> Answer:
    """The whole reply is the answer: reasoning before it and a code fence around it are taken off, a preface makes it
    malformed.
    """
    body = without_fence(without_reasoning(reply_text or "", window), window)
    if not body:
        return Answer("malformed", reason="no_text")
    if body == window.strip():
        return Answer("unchanged", body)
    reason = breach(body, window)
    return Answer("malformed", reason=reason) if reason else Answer("completed", body)


def breach(body: str, window: str) -> str | None:
    """How a reply breaks the contract, where the window itself does not look like that."""
    forms = {
        "unfinished_reasoning": UNFINISHED_REASONING,
        "preamble": PREAMBLE,
        **({"refusal": REFUSAL} if len(body) <= MAX_REFUSAL_CHARS else {}),
    }
    return next((name for name, form in forms.items() if form.search(body) and not form.search(window)), None)


def read(reply: Reply | None, window: str) -> Answer:
    """`parse`, after the failures that a reply reports about itself."""
    stopped = unfinished(reply)
    if stopped is not None or reply is None:
        return Answer("malformed", reason=stopped or "no_reply")
    return parse(reply.text, window)
