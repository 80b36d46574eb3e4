"""A change in points and relative to what was before: "-46.82 %" of a score is not 46.82 points (papers.md §2.4; C13)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """Of a score between 0 and 1, or in percent."""

    before: float
    after: float

    @property
    def points(self) -> float:
        """after - before, in the unit of both."""
        return self.after - self.before

    @property
    def relative(self) -> float | None:
        """The change as a share of what was before; null where that was 0."""
        return self.points / self.before if self.before else None
