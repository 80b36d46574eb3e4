"""How many requests may be in flight at once."""

SHRINK_FACTOR = 0.75
# Requests refused together are one sign of overload, not many.
SHRINK_AT_MOST_EVERY_SECONDS = 1.0


class Window:
    """Shrinks by a quarter when a server asks for patience, grows by one for each full window answered."""

    def __init__(self, largest: int) -> None:
        if largest < 1:
            raise ValueError("the window must hold at least one request")
        self._largest = largest
        self._size = float(largest)
        self._shrunk_at = float("-inf")

    @property
    def size(self) -> int:
        """Requests that may be in flight now, 1..largest."""
        return int(self._size)

    def succeeded(self) -> None:
        """A request was answered."""
        self._size = min(float(self._largest), self._size + 1.0 / self._size)

    def refused(self, now: float) -> None:
        """A server answered 429."""
        if now - self._shrunk_at >= SHRINK_AT_MOST_EVERY_SECONDS:
            self._size = max(1.0, self._size * SHRINK_FACTOR)
            self._shrunk_at = now
