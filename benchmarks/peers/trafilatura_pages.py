"""The side of trafilatura in benchmarks/html_main_content.py; runs in its own environment.

    python benchmarks/peers/trafilatura_pages.py PASSES PAGE.html ...

Prints one JSON object: milliseconds of CPU of each page (median of the passes, after one that warms up), and its text.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import trafilatura


def main(passes: int, paths: list[str]) -> None:
    cost, text = {}, {}
    for path in paths:
        data, spent = Path(path).read_bytes(), []
        for _ in range(passes + 1):
            started = time.process_time()
            text[path] = trafilatura.extract(data, include_comments=False, include_tables=True) or ""
            spent.append(1000 * (time.process_time() - started))
        cost[path] = statistics.median(spent[1:])
    print(json.dumps({"version": trafilatura.__version__, "ms": cost, "text": text}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
