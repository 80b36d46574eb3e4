"""Documents in which one sentence stands, and where it was found."""

from collections.abc import Iterable
from pathlib import Path

from tests.drops import DROPS

CANARY = "The canary of Darwin sings at 4242 hertz"
TELLTALE = "canary of d"
"""Enough of the sentence to know it by, in lower case: libraries shorten what they quote."""

SAMPLES = {
    "markdown.md": (
        "preprints/markdown/hardy-weinberg.md",
        "Genotype Frequencies at Rest: The Law of Hardy and Weinberg",
        "Does a dominant variant",
    ),
    "plain.txt": (
        "preprints/markdown/radiocarbon.md",
        "# Reading the Radiocarbon Clock",
        "Death stops the supply",
    ),
    "page.html": ("web-crawl/pages/induction.html", "Electromagnetic Induction", "The factor in front is"),
    "article.tex": (
        "preprints/latex/minhash.tex",
        "How Many Hash Functions Does a Near-Duplicate Search Need?",
        "Copies of a text",
    ),
    "module.cnxml": (
        "textbook-mechanics/modules/m0002-second-law/index.cnxml",
        "Newton's Second Law",
        "A sledge of mass 8.0 kg",
    ),
}
"""By name the sample that it is made of, its title, and words of its body before which the sentence can stand."""


def songs() -> dict[str, str]:
    """A document a format, each with the sentence at its beginning, as title and in the text; and what is wrong with some."""
    whole = {name: _with_canary(*parts, as_title=True) for name, parts in SAMPLES.items()}
    return {
        **whole,
        "short.md": f"# {CANARY}\n\n{CANARY}.\n",
        "table.csv": f"bird,song\ncanary,{CANARY}\n",
        "lines.jsonl": f'{{"title": "{CANARY}", "url": "{CANARY}", "text": "{CANARY}."}}\n{{"text": {CANARY}\n',
        "unclosed.tex": whole["article.tex"][:600] + f"\\emph{{{CANARY} \\textbf{{{CANARY}",
        "truncated.cnxml": whole["module.cnxml"][:2000] + f"<para>{CANARY}",
        "mangled.html": f"<html><title>{CANARY}<table><tr><td {CANARY}<script>{CANARY}",
    }


def hidden_songs() -> dict[str, str]:
    """The sentence stands only where no excerpt reaches."""
    return {name: _with_canary(*parts, as_title=False) for name, parts in SAMPLES.items()}


def _with_canary(sample: str, title: str, place: str, as_title: bool) -> str:
    text = (DROPS / sample).read_text(encoding="utf-8")
    assert title in text
    assert place in text
    return text.replace(title, CANARY if as_title else title).replace(place, f"{CANARY}. {place}")


def leaks(home: Path, *outputs: Path) -> list[str]:
    """Where the sentence stands, in UTF-8 or UTF-16: in what Dagster keeps, the logs of the tables, what was printed."""
    needles = [TELLTALE.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    places = [*_files(home / "dagster"), *_files(*(home / "lake").rglob("_delta_log")), *outputs]
    return [
        str(path.relative_to(home.parent))
        for path in places
        if any(one in path.read_bytes().lower() for one in needles)
    ]


def _files(*folders: Path) -> Iterable[Path]:
    return (path for folder in folders for path in folder.rglob("*") if path.is_file())
