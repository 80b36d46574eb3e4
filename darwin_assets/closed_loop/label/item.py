"""An item without what a harness puts around it: its question, and the options that follow."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPTION = re.compile(r"^[ \t]*(?:\([A-J]\)|[A-J][.):])[ \t]*(\S.*)$", re.MULTILINE)
_TURN = re.compile(r"(?:\A|\n\n)(?:HUMAN|[Uu]ser): ")
_REPLY = re.compile(r"\n\n(?:BOT|[Aa]ssistant): ")
_EXAMPLES_END = re.compile(r"\n\s*\n(?=(?:Q|Question|Problem):)")
_ANSWERED = re.compile(r"\n[ \t]*(?:A:(?!.*\n[ \t]*B:)|(?:Answer|Solution):)(?P<said>[^\n]*)", re.DOTALL)
_BLANK_LINE = re.compile(r"\n\s*\n")
_MARK = re.compile(r"\A\s*(?:Q|Question|Problem):\s*")
_REQUEST = re.compile(
    r"\n+(?:A:(?!.*\n[ \t]*B:)|(?:Answer|Solution):).*\Z"
    r"|\n+[^\n]*(?:\\boxed|step by step|final answer)[^\n]*\Z"
    r"|\AAnswer the following[^\n]*\n+",
    re.DOTALL,
)
_DRAWING = re.compile(r"\[asy\].*?(?:\[/asy\]|\Z)", re.DOTALL)
_RESULT = re.compile(r"(?<![A-Za-z])\d|\\(?:d?frac|sqrt|pi)\b|^\W*[a-z]\W*$")
_WORD = re.compile(r"[A-Za-z]{2,}")
_RESULT_WORDS = 3


@dataclass(frozen=True)
class Item:
    """An item as the sample shows it that tells most; `written`: some checkpoint wrote an output for it."""

    hash: str
    benchmark: str
    subset: str | None
    item_id: str | None
    question: str | None
    prompt: str | None
    gold: tuple[str, ...]
    written: bool


@dataclass(frozen=True)
class Shown:
    """`question` is without the options."""

    question: str
    options: tuple[str, ...]

    @property
    def words(self) -> str:
        """The question without commands that draw a picture."""
        return _DRAWING.sub(" ", self.question)

    @property
    def has_results(self) -> bool:
        """Most of the options are numbers or expressions: something is to be calculated."""
        results = [one for one in self.options if _RESULT.search(one) and len(_WORD.findall(one)) <= _RESULT_WORDS]
        return len(self.options) > 1 and 2 * len(results) > len(self.options)


def shown(item: Item) -> Shown:
    """By `question` where the harness told it, else by the end of `prompt`: a user's last turn, behind worked examples."""
    prompt = item.prompt or ""
    if item.question is None:
        asked = _behind_answers(_EXAMPLES_END.split(_last_turn(prompt))[-1])
        return _apart(_REQUEST.sub("", _MARK.sub("", asked)))
    found = _apart(item.question)
    if found.options or item.question not in prompt:
        return found
    behind = prompt[prompt.rfind(item.question) + len(item.question) :]
    return Shown(found.question, _apart(behind).options)


def _apart(text: str) -> Shown:
    return Shown(_OPTION.sub("", text).strip(), tuple(match.group(1).strip() for match in _OPTION.finditer(text)))


def _last_turn(prompt: str) -> str:
    """What the user says last in a prompt of several turns, as the readers write them; other prompts as they are."""
    if not (_TURN.match(prompt) and _REPLY.search(prompt)):
        return prompt
    return _REPLY.split(_TURN.split(prompt)[-1], maxsplit=1)[0]


def _behind_answers(text: str) -> str:
    """What follows the last worked example: the one whose answer stands before the request for another. An example ends
    with the paragraph of its answer."""
    answered = [match for match in [*_ANSWERED.finditer(text)][:-1] if match["said"].strip()]
    if not answered:
        return text
    end = _BLANK_LINE.search(text, answered[-1].end())
    behind = text[end.end() if end else answered[-1].end() :]
    # nothing but a request: the item itself has words like those of an answer
    return behind if _WORD.search(_REQUEST.sub("", f"\n{behind}")) else text
