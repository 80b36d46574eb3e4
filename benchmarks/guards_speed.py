"""CPU time of L4's guards on an answer, by how much the answer changes its chunk.

    python -m benchmarks.guards_speed --rounds 9

Chunks of about 1,024 characters are put together from the clean pairs of the labelled set (`examples/guards`):

- `unchanged`: the answer is the chunk.
- `lines joined`: lines of prose are wrapped in the chunk and whole in the answer.
- `lightly mended`: one passage of the chunk bears the damage that stands in it, the others are sound.
- `heavily mended`: every passage is damaged: lines split, headers inside, words misread, apparatus around it.

Printed are microseconds of CPU per 1,024 characters of the chunk: the median of the rounds, and the sum of each answer's
quickest round, which other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import textwrap
import time
from collections.abc import Iterable, Iterator

from benchmarks.guards import rows, table
from darwin_assets.refine.recipes import check
from darwin_assets.refine.settings import RefineSettings

CHUNK_CHARS = 1024
LINE_CHARS = 80
BREAK = "\n\n"
Answer = tuple[str, str]


def joined(passages: Iterable[Answer]) -> Iterator[Answer]:
    """Chunks of so many characters at least, with their answers."""
    before: list[str] = []
    after: list[str] = []
    for damaged, clean in passages:
        before.append(damaged)
        after.append(clean)
        if len(BREAK.join(before)) >= CHUNK_CHARS:
            yield BREAK.join(before), BREAK.join(after)
            before, after = [], []


def wrapped(text: str) -> str:
    """The text with its lines wrapped, but for the rows of tables."""
    lines = (line if "|" in line else textwrap.fill(line, LINE_CHARS) for line in text.split("\n"))
    return "\n".join(lines)


def answers() -> dict[str, list[Answer]]:
    """Chunks and answers of each kind; the pairs of a passage stand apart."""
    pairs = [row for row in rows("clean.jsonl") if row["level"] == "L4" and row["before"] != row["after"]]
    pairs.sort(key=lambda row: str(row["id"]).rpartition("-")[::-1])
    sound = itertools.cycle((str(row["after"]), str(row["after"])) for row in pairs)
    plain = [(str(row["before"]), str(row["after"])) for row in pairs if str(row["id"]).endswith("-0")]
    noisy = [(str(row["before"]), str(row["after"])) for row in pairs if not str(row["id"]).endswith("-0")]
    light = [next(joined(itertools.chain([pair], sound))) for pair in plain]
    return {
        "unchanged": [(chunk, chunk) for chunk, _ in light],
        "lines joined": [(wrapped(answer), answer) for _, answer in light],
        "lightly mended": light,
        "heavily mended": list(joined(noisy)),
    }


def seconds(pairs: list[Answer], settings: RefineSettings) -> list[float]:
    """CPU seconds of each answer."""
    found = []
    for before, after in pairs:
        started = time.thread_time()
        check(before, after, settings)
        found.append(time.thread_time() - started)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    n_rounds = parser.parse_args().rounds
    settings = RefineSettings()
    body = []
    for kind, pairs in answers().items():
        per_chunk = 1e6 * CHUNK_CHARS / sum(len(before) for before, _ in pairs)
        seconds(pairs, settings)  # what is loaded and compiled once is not counted
        measured = [seconds(pairs, settings) for _ in range(n_rounds)]
        rounds = sorted(map(sum, measured))
        quickest = sum(map(min, zip(*measured, strict=True)))
        spread = f"{rounds[0] * per_chunk:.0f} to {rounds[-1] * per_chunk:.0f}"
        body.append(
            (kind, len(pairs), f"{statistics.median(rounds) * per_chunk:.0f}", spread, f"{quickest * per_chunk:.0f}")
        )
    print(table(("answer", "chunks", "us per 1,024 characters", "rounds", "quickest of each"), body))


if __name__ == "__main__":
    main()
