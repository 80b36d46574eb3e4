"""Text layers of PDF: milliseconds of CPU a page, what is left of ligatures and divided words, and words against the sources.

    python benchmarks/pdf_text.py [SHARED_DATA] [--passes 5]

Every PDF that can be read; the three papers that come with their source (.Rnw) also by their words: the share of the words of
the source's prose (without code, formulas and citations) that the PDF has, and the share of the PDF's words that stand in
the source, code and all. Bibliographies and the output of R are in the PDF alone, so the second is not 1. Prints a Markdown
table, then JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings

_LIGATURE = re.compile("[\ufb00-\ufb06]")
_DIVIDED = re.compile(r"[^\W\d_]-\s+[^\W\d_]")
_FENCED = re.compile(r"^(```+).*?^\1", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_FORMULA = re.compile(r"(?<!\\)(\$\$?)(?:\\.|[^$\\])+\1")
_MARK = re.compile(r"\[[^\]\[]*@[^\]\[]*\]|\[(?:ref|bibliography):[^\]]*\]|\{#[^}]*\}")


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W\d_]{2,}", text.lower()))


def prose(markdown: str) -> str:
    for pattern in (_FENCED, _CODE, _FORMULA, _MARK):
        markdown = pattern.sub(" ", markdown)
    return markdown


def measured(path: Path, passes: int) -> dict[str, Any]:
    """Raises Unreadable for a file without a sound text layer."""
    settings, data, spent = NormalizeSettings(), path.read_bytes(), []
    for _ in range(passes):
        started = time.process_time()
        document = parse(data, "application/pdf", settings)
        spent.append(time.process_time() - started)
    n_pages, n_words = int(document.extra["n_pages"]), len(document.text.split())
    row = {
        "pages": n_pages,
        "ms_a_page": round(1000 * statistics.median(spent) / n_pages, 2),
        "words": n_words,
        "ligatures_per_1000": round(1000 * len(_LIGATURE.findall(document.text)) / n_words, 3),
        "divided_per_1000": round(1000 * len(_DIVIDED.findall(document.text)) / n_words, 3),
    }
    source = path.with_suffix(".Rnw")
    if source.exists():
        written = parse(source.read_bytes(), "text/x-rnw", settings).text
        found, expected, everything = words(document.text), words(prose(written)), words(written)
        row["recall"] = round((found & expected).total() / expected.total(), 4)
        row["precision"] = round((found & everything).total() / found.total(), 4)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "data", nargs="?", type=Path, default=Path(os.environ.get("DARWIN_SHARED_DATA", "../shared/data"))
    )
    parser.add_argument("--passes", type=int, default=5)
    options = parser.parse_args()
    rows: dict[str, dict[str, Any]] = {}
    for path in sorted(options.data.rglob("*.pdf")):
        try:
            rows[path.name] = measured(path, options.passes)
        except Unreadable as error:
            rows[path.name] = {"rejected": error.rule}
    if not rows:
        parser.error(f"no PDF in {options.data}; give the folder of the shared data")
    columns = (
        "pages",
        "ms_a_page",
        "words",
        "ligatures_per_1000",
        "divided_per_1000",
        "recall",
        "precision",
        "rejected",
    )
    print("| file | " + " | ".join(columns) + " |\n" + "| --- " * (len(columns) + 1) + "|")
    for name, row in rows.items():
        print("| " + " | ".join([name, *(str(row.get(column, "")) for column in columns)]) + " |")
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
