"""Formulas of the three books: MathML elements in, LaTeX out, the share that two foreign parsers read, each accounted for.

    python benchmarks/formulas.py [SHARED_DATA]

Every MathML element of every module is one of: written as LaTeX, or without anything to show (named by module and line). Of
those written it is told how many latex2mathml and pylatexenc (strict) read without a complaint, and how many stand in the
Markdown of their module, found there by a search of its own for `$...$`. Prints a Markdown table, then JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from pylatexenc.latexwalker import LatexWalker

from darwin_assets.normalize.cnxml import parse_cnxml
from darwin_assets.normalize.mathml import to_latex
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.xml_tree import parse_xml

MATHML = "{http://www.w3.org/1998/Math/MathML}"
_FORMULA = re.compile(r"(?<!\\)(\$\$?)((?:\\.|[^$\\])+)\1")


def reads_latex2mathml(latex: str) -> bool:
    try:
        # A command that it does not know comes out as text with its backslash.
        return "\\" not in convert(latex)
    except Exception:  # noqa: BLE001 - any complaint of a foreign parser counts
        return False


def reads_pylatexenc(latex: str) -> bool:
    try:
        LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
    except Exception:  # noqa: BLE001
        return False
    return True


def in_text(markdown: str) -> Counter[str]:
    """Formulas by their LaTeX; in a table's cell a bar is written as a command."""
    return Counter(_bare(latex) for _, latex in _FORMULA.findall(markdown))


def _bare(latex: str) -> str:
    return re.sub(r"\s", "", latex.replace(r"\Vert ", r"\|").replace(r"\vert ", "|"))


def book_report(book: Path) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    empty, missing = [], []
    cpu_s = 0.0
    for path in sorted(book.glob("modules/*/index.cnxml")):
        data = path.read_bytes()
        started = time.process_time()
        document = parse_cnxml(data, NormalizeSettings())
        cpu_s += time.process_time() - started
        written = []
        for math in parse_xml(data).iter(f"{MATHML}math"):
            latex = to_latex(math)
            if latex is None:
                shown = "".join(map(str, math.itertext())).strip()
                empty.append({"module": path.parent.name, "line": math.sourceline, "visible_chars": len(shown)})
            else:
                written.append(latex)
        counts["modules"] += 1
        counts["elements"] += document.n_formulas_in
        counts["latex"] += document.n_formulas_out
        counts["latex2mathml"] += sum(map(reads_latex2mathml, written))
        counts["pylatexenc"] += sum(map(reads_pylatexenc, written))
        lost = (Counter(map(_bare, written)) - in_text(document.text)).total()
        counts["in_text"] += len(written) - lost
        if lost:
            missing.append({"module": path.parent.name, "formulas": lost})
    unaccounted = counts["elements"] - counts["latex"] - len(empty)
    return {
        **counts,
        "empty": empty,
        "not_found_in_text": missing,
        "unaccounted": unaccounted,
        "cpu_s": round(cpu_s, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "data", nargs="?", type=Path, default=Path(os.environ.get("DARWIN_SHARED_DATA", "../shared/data"))
    )
    options = parser.parse_args()
    books = sorted(path.parent for path in options.data.glob("textbooks/*/modules") if "sample" not in path.parent.name)
    if not books:
        parser.error(f"no books in {options.data}/textbooks; give the folder of the shared data")
    found = {book.name: book_report(book) for book in books}
    print("| book | modules | MathML | LaTeX | empty | latex2mathml | pylatexenc | in the text | unaccounted | CPU s |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")  # fmt: skip
    for name, row in found.items():
        cells = [row[key] for key in ("modules", "elements", "latex")]
        shares = [f"{row[key]} ({row[key] / row['latex']:.2%})" for key in ("latex2mathml", "pylatexenc", "in_text")]
        print(
            "| "
            + " | ".join(map(str, (name, *cells, len(row["empty"]), *shares, row["unaccounted"], row["cpu_s"])))
            + " |"
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
