"""Requests in, replies out as they finish: stored answers first, the servers for the rest, again where one is of no use.

All that grows with the number of requests is the set of stored content keys, at 8 bytes each.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from resources.language_model.answering_settings import AnsweringSettings, ChatClient
from resources.language_model.answers import AnswerLog
from resources.language_model.background import BackgroundClient
from resources.language_model.bookkeeping import Bookkeeping
from resources.language_model.calls import CallLedger
from resources.language_model.chat import Chat
from resources.language_model.garbage import rarely_collected
from resources.language_model.ladder import Rung, defect, next_rung
from resources.language_model.lookahead import Lookahead
from resources.language_model.progress import Progress
from resources.language_model.requests import ChatReply, ChatRequest
from resources.language_model.spending import Spending

# One scan of the stored answers serves so many requests, if so many may be read ahead.
LOOK_UP_REQUESTS = 2_048
# Requests handed to the client, in windows: those beyond the first are sent while the caller is busy.
HANDED_OVER_WINDOWS = 2
# Parts of a window in which requests are handed over and replies collected: one crossing between the threads serves many.
HAND_OVERS_PER_WINDOW = 4
# How long to wait for them before taking what there is, and looking whether a commit is due or those that wait made room.
COLLECT_SECONDS = 0.1
# Windows of requests read ahead between two hand-overs: more than is sent meanwhile, so that the look-ahead grows.
READ_WINDOWS = 4

Refused: TypeAlias = Callable[[ChatReply], str | None]


@dataclass(slots=True, eq=False)
class _Question:
    """A request on its way up the ladder, and the keys of all requests that are the same; the first one pays."""

    rung: Rung
    askers: list[str]
    n_attempts: int = 0


class Answering:
    """One run of requests through one model. Used from one thread, which also evaluates ``requests`` and ``refused``.

    Two requests of equal content are asked once: the second gets the first one's answer as a cached reply. An answer is
    stored before it is judged, and judged again when it comes from the store.
    """

    def __init__(
        self,
        settings: AnsweringSettings,
        requests: Iterable[ChatRequest],
        *,
        log: AnswerLog | None,
        ledger: CallLedger | None,
        refused: Refused | None,
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._requests = iter(requests)
        self._log = log
        self._books = Bookkeeping(ledger, progress)
        self._refused = refused
        self._progress = progress
        self._exhausted = False
        self._open: dict[str, _Question] = {}  # by the content key of the attempt that is asked for
        self._lookahead = Lookahead()
        self._ahead: list[ChatRequest] = []  # further attempts
        self._n_handed_over = 0
        self._is_proven = False
        self._extra_body: dict[str, Any] = {}
        self._landed: deque[tuple[str, ChatReply]] = deque()  # collected and not judged, with content keys

    def replies(self) -> Iterator[ChatReply]:
        """Exactly one reply to every request, in the order in which they finish."""
        spending = self._progress.spending
        with ExitStack() as stack:
            stack.enter_context(rarely_collected())
            stack.callback(self._progress.end)
            stack.callback(self._flush)
            chat = Chat(spending, self._extra_body)
            client = self._client(chat, spending)
            stack.callback(self._keep_the_rest, client)
            stack.enter_context(client)
            while self._open or not self._exhausted:
                self._collect(client)
                # Stored before the caller parses them, and the servers kept busy while it does.
                replies = self._settle()
                self._flush(only_if_due=True)
                yield from self._hand_over(client)
                yield from replies
                self._progress.report_if_due()

    def _client(self, chat: Chat, spending: Spending) -> ChatClient:
        if self._settings.open_client is not None:
            return self._settings.open_client(chat, spending)
        return BackgroundClient(self._settings.client, chat, spending)

    def _collect(self, client: ChatClient) -> None:
        if self._n_handed_over:
            at_least = min(self._settings.client.window // HAND_OVERS_PER_WINDOW or 1, self._n_handed_over)
            landed = client.collect(COLLECT_SECONDS, at_least)
            self._n_handed_over -= len(landed)
            self._take_in(landed)

    def _take_in(self, landed: list[ChatReply]) -> None:
        """Give answers the key of the request that asked first; the client knows content keys only."""
        for answer in landed:
            self._landed.append((answer.key, answer._replace(key=self._open[answer.key].askers[0])))

    def _settle(self) -> list[ChatReply]:
        """Store what landed, then judge it; the replies to requests that have ended."""
        for content_key, answer in self._landed:
            self._store(content_key, answer)
        replies: list[ChatReply] = []
        climbing: list[_Question] = []
        while self._landed:
            content_key, answer = self._landed[0]
            question = self._open[content_key]
            question.n_attempts += answer.attempts
            ended = self._conclude(question, content_key, answer)
            self._landed.popleft()
            del self._open[content_key]
            self._progress.check_use(self._settings)  # not before: what is still here is entered again at the end
            replies += ended
            if not ended:
                climbing.append(question)
        return replies + self._ask(climbing)

    def _store(self, content_key: str, answer: ChatReply) -> None:
        if self._log is not None and answer.is_repeatable:
            self._log.put(content_key, answer)

    def _conclude(self, question: _Question, content_key: str, answer: ChatReply) -> list[ChatReply]:
        """Judge an answer to the first who asked.

        The replies to all who asked, or none where the question has climbed to its next rung.
        """
        settings = self._settings
        error, is_refusal = defect(answer, question.rung.request, settings.ladder), False
        if error is None and self._refused is not None:
            error = self._refused(answer)
            is_refusal = error is not None
        self._books.enter(answer, content_key, error)
        if error is not None:
            rung = next_rung(question.rung, answer, error, settings.ladder, is_refusal=is_refusal)
            if rung is not None:
                question.rung = rung
                return []
        is_answered = answer.cached or answer.started_at is not None
        if is_answered:
            self._books.avoided(answer, len(question.askers) - 1)
        self._progress.ended(len(question.askers), error, is_answered=is_answered)
        reply = answer
        if (answer.error, answer.attempts) != (error, question.n_attempts):
            reply = answer._replace(error=error, attempts=question.n_attempts)
        return [reply, *(reply._replace(key=key, attempts=0, cached=True) for key in question.askers[1:])]

    def _ask(self, questions: list[_Question]) -> list[ChatReply]:
        """Take answers from the store, as far up the ladders as it goes, and line up what is left to ask."""
        replies: list[ChatReply] = []
        while questions:
            keyed = [(self._content_key(question), question) for question in questions]
            log = self._log
            stored = {} if log is None else log.read({key for key, _ in keyed if key in log})
            questions = []
            for content_key, question in keyed:
                if content_key not in stored:
                    self._line_up(content_key, question)
                    continue
                answer = stored[content_key]._replace(key=question.askers[0])
                ended = self._conclude(question, content_key, answer)
                self._progress.check_use(self._settings)
                replies += ended
                if not ended:
                    questions.append(question)
        return replies

    def _content_key(self, question: _Question) -> str:
        return question.rung.request.content_key(self._settings.model_fingerprint, self._settings.prompt_id)

    def _line_up(self, content_key: str, question: _Question) -> None:
        """Queue a request under its content key, the only key that the client knows."""
        if content_key in self._open:
            self._open[content_key].askers += question.askers
            return
        self._open[content_key] = question
        if question.rung.is_first:
            self._lookahead.add(content_key, question.rung.request)
        else:
            self._ahead.append(question.rung.request.under(content_key))

    def _hand_over(self, client: ChatClient) -> Iterator[ChatReply]:
        """Fill the client up with requests and the look-ahead behind it; yield the replies that are stored already."""
        if self._ahead:
            self._submit(client, self._ahead, ahead=True)
            self._ahead = []
        window = self._settings.client.window
        if self._room(client) >= window // HAND_OVERS_PER_WINDOW:
            while (room := self._room(client)) > 0 and (self._lookahead or not self._exhausted):
                if self._lookahead:
                    self._submit(client, self._lookahead.longest(room))
                else:  # in portions, so that the servers are not kept waiting for the whole
                    yield from self._read(max(1, window // HAND_OVERS_PER_WINDOW))
        missing = self._settings.look_ahead - len(self._lookahead)
        if missing > 0 and not self._exhausted:
            yield from self._read(min(missing, READ_WINDOWS * window))

    def _submit(self, client: ChatClient, requests: list[ChatRequest], *, ahead: bool = False) -> None:
        if not self._is_proven:  # not before there is something to ask: a run of stored answers needs no server
            self._extra_body.update(self._settings.prove())
            self._is_proven = True
        self._n_handed_over += len(requests)
        client.submit(requests, ahead=ahead)

    def _room(self, client: ChatClient) -> int:
        return HANDED_OVER_WINDOWS * self._settings.client.window + client.n_waiting - self._n_handed_over

    def _read(self, n: int) -> list[ChatReply]:
        """Take the next ``n`` requests, or as many as may be where answers are stored; the replies that are."""
        if self._log is not None and len(self._log):
            n = max(n, min(LOOK_UP_REQUESTS, self._settings.look_ahead))
        questions = [_Question(Rung(request), [request.key]) for request in islice(self._requests, n)]
        self._exhausted = len(questions) < n
        return self._ask(questions)

    def _flush(self, *, only_if_due: bool = False) -> None:
        """Commit answers, then what they cost: no call that was taken is in the ledger before its answer is stored."""
        with_costs = not only_if_due or self._books.is_due
        if self._log is not None:
            self._log.flush(only_if_due=not with_costs)
        if with_costs:
            self._books.flush()

    def _keep_the_rest(self, client: ChatClient) -> None:
        """Store what came in before a run was given up, and write down what it cost."""
        self._take_in(client.leftovers())
        while self._landed:
            content_key, answer = self._landed.popleft()
            self._store(content_key, answer)
            self._books.enter(answer, content_key, answer.error)
