"""Main content of web pages: F1 on the labelled pages and milliseconds of CPU a page, beside trafilatura's.

    python benchmarks/html_main_content.py [SHARED_DATA] --peer-python ENVIRONMENT/bin/python [--rounds 5] [--passes 5]

F1 is that of words (with repetition, without formulas, which the references do not hold as text) against the main content
that html/readability gives for its pages. Both sides parse the same bytes, in processes of their own that take turns, one
page after the other; the cost of a page is the median of its passes in a process, then of the rounds. Start-up is not
counted. Prints a Markdown table, then JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from lxml import html as lxml_html
from paired import Cost, take_turns

from darwin_assets.normalize.html import PARSER, parse_html
from darwin_assets.normalize.settings import NormalizeSettings


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def f1(got: Counter[str], expected: Counter[str]) -> float:
    return 2 * (got & expected).total() / max(got.total() + expected.total(), 1)


def prose(markdown: str, *, has_formulas: bool) -> str:
    text = re.sub(r"!\[[^\]]*\]+\([^)]*\)", "", markdown)
    return re.sub(r"(?<!\\)(\$\$?)(?:\\.|[^$\\])+\1", "", text) if has_formulas else text


def ours(passes: int, paths: list[str]) -> None:
    """The child process of our side: the same report as peers/trafilatura_pages.py."""
    settings = NormalizeSettings()
    cost, text = {}, {}
    for path in paths:
        data, spent = Path(path).read_bytes(), []
        for _ in range(passes + 1):
            started = time.process_time()
            document = parse_html(data, settings)
            spent.append(1000 * (time.process_time() - started))
        cost[path] = statistics.median(spent[1:])
        text[path] = prose(document.text, has_formulas=document.n_formulas_in > 0)
    print(json.dumps({"version": PARSER, "ms": cost, "text": text}))


def page_costs(runs: list[Cost]) -> dict[str, float]:
    return {path: statistics.median(run.said["ms"][path] for run in runs) for path in runs[0].said["ms"]}


def report(runs: dict[str, list[Cost]], labelled: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for side, costs in runs.items():
        ms, text = page_costs(costs), costs[0].said["text"]
        scores = {
            path: f1(
                words(text[path]),
                words(lxml_html.fromstring(Path(path).with_name("expected.html").read_text()).text_content()),
            )
            for path in labelled
        }
        found[side] = {
            "version": costs[0].said["version"],
            "f1": round(statistics.fmean(scores.values()), 4),
            "f1_lowest": round(min(scores.values()), 4),
            "ms_labelled_median": round(statistics.median(ms[path] for path in labelled), 2),
            "ms_all_median": round(statistics.median(ms.values()), 2),
            "ms_all_mean": round(statistics.fmean(ms.values()), 2),
            "f1_pages": {Path(path).parent.name: round(score, 4) for path, score in scores.items()},
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "data", nargs="?", type=Path, default=Path(os.environ.get("DARWIN_SHARED_DATA", "../shared/data"))
    )
    parser.add_argument("--peer-python", help="interpreter of an environment with trafilatura; left out: only ours")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--passes", type=int, default=5)
    options = parser.parse_args()
    labelled = sorted(map(str, options.data.glob("html/readability/*/source.html")))
    others = sorted(str(path) for path in options.data.glob("html/**/*.html") if "readability" not in path.parts)
    if not labelled:
        parser.error(f"no labelled pages in {options.data}/html/readability; give the folder of the shared data")
    arguments = [str(options.passes), *labelled, *others]
    commands = {"darwin": [sys.executable, __file__, "--child", *arguments]}
    if options.peer_python:
        peer = Path(__file__).with_name("peers") / "trafilatura_pages.py"
        commands["trafilatura"] = [options.peer_python, str(peer), *arguments]
    found = report(take_turns(commands, options.rounds), labelled)
    print(f"| side | F1, {len(labelled)} labelled pages | lowest | ms a page, labelled | ms a page, all "
          f"{len(labelled) + len(others)} | mean of all |\n| --- | --- | --- | --- | --- | --- |")  # fmt: skip
    for side, row in found.items():
        print(f"| {side} ({row['version']}) | {row['f1']} | {row['f1_lowest']} | {row['ms_labelled_median']} | "
              f"{row['ms_all_median']} | {row['ms_all_mean']} |")  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        ours(int(sys.argv[2]), sys.argv[3:])
    else:
        main()
