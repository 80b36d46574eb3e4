"""When to stop a whole run: the fault is then in the deployment and not in single documents."""

from resources.language_model.errors import ServerUnavailableError, TooManyFailuresError
from resources.language_model.variables import LANGUAGE_MODEL


class RunLimits:
    """Counts replies and watches how long servers have failed. Times are seconds of the caller's clock."""

    def __init__(
        self,
        *,
        max_failure_share: float,
        failure_share_after: int,
        max_outage_seconds: float,
        variables: str = LANGUAGE_MODEL,
    ) -> None:
        self._variables = variables
        self._max_failure_share = max_failure_share
        self._failure_share_after = failure_share_after
        self._max_outage_seconds = max_outage_seconds
        self._n_replies = 0
        self._n_failed = 0
        self._failing_since: float | None = None

    def replied(self, error: str | None = None) -> None:
        """A request has ended; ``error`` names a failure of transport or request, not of content.

        Raises TooManyFailuresError when the share of failures is over the limit.
        """
        self._n_replies += 1
        self._n_failed += error is not None
        if self._n_replies >= self._failure_share_after and (
            self._n_failed > self._max_failure_share * self._n_replies
        ):
            raise TooManyFailuresError(
                f"{self._n_failed} of {self._n_replies} requests failed (last: {error or 'none'}), more than "
                f"the allowed share of {self._max_failure_share:g}; look at the server's log, then run "
                "again: what was answered is kept"
            )

    def server_answered(self) -> None:
        """A server took a request and dealt with it."""
        self._failing_since = None

    def server_failed(self, now: float) -> None:
        """An attempt failed in a way that another attempt may cure."""
        if self._failing_since is None:
            self._failing_since = now

    def outage_ends_at(self) -> float | None:
        """When the present outage, if there is one, becomes too long."""
        return None if self._failing_since is None else self._failing_since + self._max_outage_seconds

    def check_outage(self, now: float) -> None:
        """Raises ServerUnavailableError when no server has answered for too long."""
        ends_at = self.outage_ends_at()
        if ends_at is not None and now >= ends_at:
            raise ServerUnavailableError(
                f"no language model server has answered for {self._max_outage_seconds:.0f} s; see that the "
                f"servers in {self._variables}_URL are up, then run again: what was answered is kept"
            )
