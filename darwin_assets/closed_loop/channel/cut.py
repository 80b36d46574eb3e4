"""What stands behind a complete answer: where an output is cut, and whether it runs on."""

from __future__ import annotations

from dataclasses import dataclass

from darwin_assets.closed_loop.channel.answer import Stated, first_answer
from darwin_assets.closed_loop.channel.circle import ends_in_circles, second_round
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.words import n_words, says_something


@dataclass(frozen=True)
class Cut:
    """An output up to the first place where it should have ended, and what stands behind."""

    kept: str
    rest: str
    answer: Stated | None
    """In `kept`."""
    stopped: bool
    """Another item, turn or document begins somewhere, or the output goes in circles."""

    @property
    def takes_nothing(self) -> bool:
        """Nothing is lost but marks and white space."""
        return not says_something(self.rest)


def cut(output: str, most_words: int | None, settings: ChannelSettings) -> Cut:
    """Behind the first complete answer, or else before the first stop. `most_words` as in `first_answer`."""
    stop = _stop(output, settings.stop_strings)
    circle = _second_round(output[:stop], most_words, settings)
    own = stop if circle is None else circle
    answer = first_answer(output[:own], most_words)
    end = own if answer is None else answer.end
    stopped = stop < len(output) or ends_in_circles(output, settings.circle_chars, settings.circle_times)
    return Cut(output[:end], output[end:], answer, stopped or circle is not None)


def runs_on(one: Cut, settings: ChannelSettings) -> bool:
    """Whether an output goes on behind a complete answer: with another item, turn or document, in circles, or with more
    words than round an answer off. Without an answer only the first two tell."""
    return one.stopped or (one.answer is not None and n_words(one.rest) >= settings.run_on_words)


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
