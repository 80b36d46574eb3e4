"""How far a run has come, as lines for the log: counts, rates and money, never any text."""

import logging
import time
from collections import Counter
from dataclasses import dataclass, field

from resources.language_model.answering_settings import AnsweringSettings
from resources.language_model.errors import TooManyFailuresError
from resources.language_model.spending import Spending

_log = logging.getLogger(__name__)

REPORT_SECONDS = 30.0


@dataclass(slots=True)
class Use:
    """How the requests of one prompt have ended: all of them, those without an answer of use though servers answered, and
    how many in which error.
    """

    n_done: int = 0
    n_useless: int = 0
    errors: Counter[str] = field(default_factory=Counter)


class Progress:
    """Counts of all runs through one model in this process. Used from the caller's thread; reads ``spending``."""

    def __init__(self, spending: Spending) -> None:
        self.spending = spending
        self.n_done = 0
        self.n_avoided = 0  # stored answers used instead of calls
        self._uses: dict[str, Use] = {}  # by prompt: one that works says nothing of another
        self._use = Use()
        self._total: int | None = None
        self._reported_at = time.monotonic()
        self._reported = (0, 0, 0)

    def begin(self, total: int | None, prompt_id: str = "") -> None:
        """A run of ``total`` requests begins; null where nobody knows how many."""
        self._use = self._uses.setdefault(prompt_id, Use())
        self._total = None if total is None else self.n_done + total
        self._reported_at = time.monotonic()
        self._reported = self._counts()

    def end(self) -> None:
        """A run has ended, one way or another."""
        _log.info("language model: %s", self.line())

    def ended(self, n_requests: int, error: str | None, *, is_answered: bool) -> None:
        """Requests that share an answer have ended; ``is_answered`` when a server gave one, of use or not."""
        self.n_done += n_requests
        self._use.n_done += n_requests
        if error is not None:
            self._use.errors[error] += n_requests
            self._use.n_useless += n_requests * is_answered

    def check_use(self, settings: AnsweringSettings) -> None:
        """Raises TooManyFailuresError when so many answers to a prompt are of no use that no document can be to blame."""
        use, max_share, client = self._use, settings.max_refused_share, settings.client
        if use.n_done >= client.failure_share_after and use.n_useless > max_share * use.n_done:
            often = ", ".join(f"{n} {error}" for error, n in use.errors.most_common(3))
            raise TooManyFailuresError(
                f"{use.n_useless} of {use.n_done} requests got no answer of use ({often}), more than the allowed share of "
                f"{max_share:g}: see that {client.variables}_MODEL is a chat model that follows instructions and that its "
                "server has its chat template, or raise max_refused_share; what was answered is kept, so where a template "
                "was mended of which the server tells nothing (all but llama.cpp), serve the model under another name"
            )

    def report_if_due(self) -> None:
        """A line in the log, at most every REPORT_SECONDS."""
        if time.monotonic() - self._reported_at >= REPORT_SECONDS:
            _log.info("language model: %s", self.line())
            self._reported_at = time.monotonic()
            self._reported = self._counts()

    def line(self) -> str:
        """Requests, rates since the last line, share avoided, time left, money."""
        now = time.monotonic()
        seconds = max(now - self._reported_at, 1e-9)
        done, prompt, completion = (
            (new - old) / seconds for new, old in zip(self._counts(), self._reported, strict=True)
        )
        known = f" of {self._total}" if self._total is not None else ""
        left = f", {(self._total - self.n_done) / done:.0f} s left" if self._total is not None and done else ""
        return (
            f"{self.n_done}{known} requests, {prompt:.0f} tokens/s in, {completion:.0f} tokens/s out, "
            f"{self.avoided_share:.0%} of answers from the store{left}; so far {self.spending.prompt_tokens} tokens in "
            f"({self.spending.cached_tokens} from the prefix cache), {self.spending.completion_tokens} out, "
            f"{self.spending.server_seconds:.0f} server seconds, cost {self.spending.cost:.4f}"
        )

    @property
    def avoided_share(self) -> float:
        """Share of answers that were in the store, 0 where there are none."""
        n_answers = self.spending.n_calls + self.n_avoided
        return self.n_avoided / n_answers if n_answers else 0.0

    def _counts(self) -> tuple[int, int, int]:
        return self.n_done, self.spending.prompt_tokens, self.spending.completion_tokens
