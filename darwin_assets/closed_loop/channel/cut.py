"""What stands behind a complete answer: where an output is cut, and whether it runs on."""

from __future__ import annotations

from dataclasses import dataclass

from darwin_assets.closed_loop.channel.answer import Stated, first_answer, n_thought
from darwin_assets.closed_loop.channel.circle import ends_in_circles, second_round
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.words import n_words, says_something


@dataclass(frozen=True)
class Cut:
    """An output up to the first place where it should have ended, and what stands behind."""

    kept: str
    rest: str
    ending: str
    """Marks at the very end that say that a model stopped; kept, rest and ending are the output."""
    n_thought: int
    """Characters of `kept` that are thoughts."""
    answer: Stated | None
    """In `kept`."""
    stopped: bool
    """Another item, turn or document begins somewhere, or the output goes in circles."""

    @property
    def said(self) -> str:
        """What stands behind thoughts, without marks of the end."""
        return (self.kept + self.rest)[self.n_thought :]

    @property
    def takes_nothing(self) -> bool:
        """Nothing is lost but marks and white space."""
        return not says_something(self.rest + self.ending)


def cut(output: str, most_words: int | None, settings: ChannelSettings) -> Cut:
    """Behind thoughts, behind the first complete answer, or else before the first stop. `most_words` as in `first_answer`."""
    body = _without_end_marks(output, settings.end_marks)
    before = n_thought(body)
    said = body[before:]
    stop = _stop(said, (*settings.stop_strings, *settings.end_marks))
    circle = _second_round(said[:stop], most_words, settings)
    own = stop if circle is None else circle
    answer = first_answer(said[:own], most_words)
    end = before + (own if answer is None else answer.end)
    stopped = stop < len(said) or ends_in_circles(said, settings.circle_chars, settings.circle_times)
    return Cut(
        kept=body[:end],
        rest=body[end:],
        ending=output[len(body) :],
        n_thought=before,
        answer=answer and Stated(*(before + place for place in answer)),
        stopped=stopped or circle is not None,
    )


def runs_on(one: Cut, cut_off: bool | None, settings: ChannelSettings) -> bool:
    """Whether an output goes on behind a complete answer: with another item, turn or document, in circles, or, unless it is
    known to have ended by itself, with more words than round an answer off."""
    goes_on = one.answer is not None and n_words(one.rest) >= settings.run_on_words
    return one.stopped or (goes_on and cut_off is not False)


def _without_end_marks(output: str, end_marks: tuple[str, ...]) -> str:
    body = output
    while (stripped := body.rstrip()).endswith(end_marks):
        body = next(stripped.removesuffix(mark) for mark in end_marks if stripped.endswith(mark))
    return body


def _stop(output: str, stop_strings: tuple[str, ...]) -> int:
    """Before the first stop string that has text before it; the output's end where there is none."""
    begin = len(output) - len(output.lstrip()) + 1
    places = (output.find(one, begin) for one in stop_strings)
    return min((place for place in places if place >= 0), default=len(output))


def _second_round(output: str, most_words: int | None, settings: ChannelSettings) -> int | None:
    """As `second_round`; a whole output that fits into an answer's line is an answer, such as a row of brackets."""
    if most_words is not None and n_words(output) <= most_words:
        return None
    return second_round(output, settings.circle_times)
