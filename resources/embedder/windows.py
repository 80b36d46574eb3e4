"""Texts cut into windows that a model can read: every character is read once."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Characters of a text from ``start`` on."""

    start: int
    text: str

    def halves(self) -> tuple["Window", "Window"]:
        """The same characters as two windows."""
        middle = len(self.text) // 2
        return Window(self.start, self.text[:middle]), Window(self.start + middle, self.text[middle:])


def windows(text: str, window_chars: int) -> Iterator[Window]:
    """The fewest windows of at most ``window_chars`` characters, as equal in size as can be, without blank ones.

    Equal, because a short tail would say little and is averaged all the same.
    """
    n_windows = -(-len(text) // window_chars)
    for number in range(n_windows):
        start, end = (len(text) * edge // n_windows for edge in (number, number + 1))
        if not text[start:end].isspace():
            yield Window(start, text[start:end])
