"""Requests in, replies out as they finish: stored answers first, the servers for the rest."""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

from resources.language_model.answers import AnswerLog
from resources.language_model.background import BackgroundClient
from resources.language_model.chat import Chat
from resources.language_model.client_settings import ClientSettings
from resources.language_model.requests import ChatReply, ChatRequest
from resources.language_model.wire import Answer

# One scan of the stored answers serves so many requests.
LOOK_UP_REQUESTS = 2_048
# Requests handed to the client, in windows: those beyond the first are sent while the caller is busy.
HANDED_OVER_WINDOWS = 2
# Parts of a window in which requests are handed over: one crossing to the client's thread serves many.
HAND_OVERS_PER_WINDOW = 4
# How long to wait for a reply before looking whether a commit is due, or requests that wait have made room.
COLLECT_SECONDS = 0.1


ChatClient: TypeAlias = BackgroundClient[ChatRequest, Answer, ChatReply]


class Answering:
    """One run of requests through one model. Used from one thread, which also evaluates ``requests``.

    Two requests of equal content are asked once: the second gets the first one's answer as a cached reply.
    """

    def __init__(
        self,
        settings: ClientSettings,
        requests: Iterable[ChatRequest],
        *,
        log: AnswerLog | None,
        model_fingerprint: str,
        prompt_id: str,
    ) -> None:
        self._settings = settings
        self._requests = iter(requests)
        self._log = log
        self._model_fingerprint = model_fingerprint
        self._prompt_id = prompt_id
        self._exhausted = False
        self._unsent: deque[ChatRequest] = deque()
        self._n_handed_over = 0
        # Content key -> keys of the requests that wait for its answer. The client knows content keys only.
        self._askers: dict[str, list[str]] = {}

    def replies(self) -> Iterator[ChatReply]:
        """Exactly one reply to every request, in the order in which they finish."""
        with ExitStack() as stack:
            if self._log is not None:
                stack.callback(self._log.flush)
            client = BackgroundClient(self._settings, Chat())
            stack.callback(self._keep_the_rest, client)
            stack.enter_context(client)
            while self._n_handed_over or not self._exhausted:
                answers = client.collect(COLLECT_SECONDS) if self._n_handed_over else []
                # Stored before the caller parses them, and the servers kept busy while it does.
                replies = [reply for answer in answers for reply in self._keep(answer)]
                if self._log is not None:
                    self._log.flush(only_if_due=True)
                yield from self._hand_over(client)
                yield from replies

    def _hand_over(self, client: ChatClient) -> Iterator[ChatReply]:
        """Fill the client up with requests; yield the replies that are stored already."""
        if self._room(client) < self._settings.window // HAND_OVERS_PER_WINDOW:
            return
        while (room := self._room(client)) > 0:
            if self._unsent:
                batch = [self._unsent.popleft() for _ in range(min(room, len(self._unsent)))]
                self._n_handed_over += len(batch)
                client.submit(batch)
            elif self._exhausted:
                return
            else:
                yield from self._look_up()

    def _room(self, client: ChatClient) -> int:
        return HANDED_OVER_WINDOWS * self._settings.window + client.n_waiting - self._n_handed_over

    def _look_up(self) -> Iterator[ChatReply]:
        """Take the next requests; yield the replies that are stored, queue those that must be asked."""
        log = self._log
        n = LOOK_UP_REQUESTS if log is not None and len(log) else self._settings.window
        keyed = [
            (request.content_key(self._model_fingerprint, self._prompt_id), request)
            for request in islice(self._requests, n)
        ]
        self._exhausted = len(keyed) < n
        stored = {} if log is None else log.read({key for key, _ in keyed if key in log})
        for content_key, request in keyed:
            if content_key in stored:
                yield replace(stored[content_key], key=request.key)
            elif content_key in self._askers:
                self._askers[content_key].append(request.key)
            else:
                self._askers[content_key] = [request.key]
                self._unsent.append(replace(request, key=content_key))

    def _keep(self, answer: ChatReply) -> list[ChatReply]:
        """Store a complete answer; the replies to all who asked for it."""
        self._n_handed_over -= 1
        first, *others = self._askers.pop(answer.key)
        reply = replace(answer, key=first)
        if self._log is not None and reply.ok:
            self._log.put(answer.key, reply)
        return [reply, *(replace(reply, key=key, attempts=0, cached=True) for key in others)]

    def _keep_the_rest(self, client: ChatClient) -> None:
        """Store what came in before a run was given up."""
        for answer in client.leftovers():
            self._keep(answer)
