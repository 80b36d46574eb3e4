#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""Mean and variance of a stream of numbers in one pass, by the method of Welford.

The textbook formula, the mean of the squares minus the square of the mean, subtracts two large and nearly equal numbers
when the values lie far from zero, and most of the digits cancel. Welford's recurrence (1962) keeps the sum of squared
deviations from the mean so far, and corrects it with every value that comes in.
"""

from dataclasses import dataclass
from math import sqrt


@dataclass
class RunningVariance:
    """What is known of the numbers seen so far."""

    n: int = 0
    mean: float = 0.0
    squared_deviations: float = 0.0

    def add(self, value: float) -> None:
        self.n += 1
        before = value - self.mean
        self.mean += before / self.n
        self.squared_deviations += before * (value - self.mean)

    @property
    def variance(self) -> float:
        """The unbiased estimate; it needs two values at least."""
        if self.n < 2:
            raise ValueError("the variance of fewer than two values is not defined")
        return self.squared_deviations / (self.n - 1)


if __name__ == "__main__":
    far_from_zero = [1e9 + offset for offset in (4.0, 7.0, 13.0, 16.0)]
    running = RunningVariance()
    for value in far_from_zero:
        running.add(value)
    print(running.mean, sqrt(running.variance))  # 1000000010.0 5.477225575051661
