"""What an engine replied, and what it answered: the contract of L4 (papers.md §1.5, §5b D27)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol

from darwin_assets.reply_text import is_unfinished_reasoning, without_fence, without_reasoning

State = Literal["cleaned", "empty", "malformed"]

OPEN_TAG, CLOSE_TAG = "<CLEANED_TEXT>", "</CLEANED_TEXT>"
REFUSAL = re.compile(
    r"\b(?:I(?:'m| am|’m) (?:sorry|unable|not able)\b|I (?:can(?:'|’)?t|cannot|won(?:'|’)t|must decline)\b|"
    r"as an AI\b|as a language model\b|unable to (?:comply|assist|help)\b)",
    re.IGNORECASE,
)
COMPLETE_FINISH = (None, "stop")
CODE = re.compile(r"[a-z0-9_]{1,40}")


class Reply(Protocol):
    """What came back for one task, from a server or from the rules engine."""

    @property
    def text(self) -> str | None:
        """The reply's text; None where there was none."""

    @property
    def finish_reason(self) -> str | None:
        """Why the server stopped ("stop", "length", "repetition"); None where the engine has no such notion."""

    @property
    def error(self) -> str | None:
        """A failure's short code ("timeout"), never document text; None for a reply."""


@dataclass(frozen=True)
class EngineReply:
    """The plain form of `Reply`."""

    text: str | None
    finish_reason: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Answer:
    """A parsed reply. `text` is "" unless the state is "cleaned"; `reason` is a code, never document text."""

    state: State
    text: str = ""
    reason: str = ""


def wrap(text: str) -> str:
    """A text in the contract's tags, as every engine answers."""
    return f"{OPEN_TAG}\n{text}\n{CLOSE_TAG}"


def parse(reply_text: str | None, chunk: str = "") -> Answer:
    """The text between the first opening and the last closing tag.

    There may be as many tags more as `chunk` holds of its own. Prose outside of the tags is left out, and makes an empty
    answer malformed. Reasoning before the answer and a code fence around it are taken off.
    """
    body = without_fence(without_reasoning(reply_text or "", chunk), chunk)
    reason = breach(body, chunk)
    if reason:
        return Answer("malformed", reason=reason)
    before, _, rest = body.partition(OPEN_TAG)
    inside, _, after = rest.rpartition(CLOSE_TAG)
    outside = bool(before.strip() or after.strip())
    if outside and (OPEN_TAG in chunk or CLOSE_TAG in chunk):
        return Answer("malformed", reason="tags_of_chunk")
    if text := without_fence(inside, chunk):
        return Answer("cleaned", text, "prose_outside_tags" if outside else "")
    return Answer("malformed", reason="empty_with_prose") if outside else Answer("empty")


def breach(body: str, chunk: str) -> str | None:
    """Why a reply holds no text between tags; None where it does."""
    if not body:
        return "no_text"
    if is_unfinished_reasoning(body, chunk):
        return "unfinished_reasoning"
    opened, closed = body.count(OPEN_TAG), body.count(CLOSE_TAG)
    if opened > 1 + chunk.count(OPEN_TAG) or closed > 1 + chunk.count(CLOSE_TAG):
        return "several_tags"
    if not opened or not closed:
        return missing_tag(body, opened, closed)
    return None if body.index(OPEN_TAG) < body.rindex(CLOSE_TAG) else "tags_reversed"


def missing_tag(body: str, opened: int, closed: int) -> str:
    """Why a reply without a whole pair of tags is malformed."""
    if opened:
        return "truncated"
    if closed:
        return "missing_open_tag"
    return "refusal" if REFUSAL.search(body) else "missing_tags"


def read(reply: Reply | None, chunk: str = "") -> Answer:
    """`parse`, after the failures that a reply reports about itself: none came, an error, an unfinished end."""
    stopped = unfinished(reply)
    if stopped is not None or reply is None:
        return Answer("malformed", reason=stopped or "no_reply")
    return parse(reply.text, chunk)


def unfinished(reply: Reply | None) -> str | None:
    """The reason code of a reply that did not come or did not end by itself; None for a finished one."""
    if reply is None:
        return "no_reply"
    if reply.error is not None:
        return f"error_{code(reply.error)}"
    if reply.finish_reason not in COMPLETE_FINISH:
        return f"finish_{code(reply.finish_reason)}"
    return None


def code(stated: str | None) -> str:
    """A stated reason where it is a plain code, else "other": a server's words may quote the document."""
    return stated if stated is not None and CODE.fullmatch(stated) else "other"
