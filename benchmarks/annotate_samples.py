"""The real documents that the light models of L3 are measured on, with the disciplines right for each."""

from __future__ import annotations

import json
import sys
import sysconfig
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from lxml import html

from darwin_assets.acquire.media_types import detect
from darwin_assets.annotate.taxonomy import Discipline, DocumentType
from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings

MIN_WORDS = 20
N_QUESTIONS = 10
"""Questions of one subject that are put together as one document; one alone is too short to label."""
N_CODE_FILES = 60

MMLU: dict[str, set[Discipline]] = {
    "abstract_algebra": {Discipline.MATHEMATICS},
    "astronomy": {Discipline.STEM_OTHERS, Discipline.PHYSICS},
    "college_biology": {Discipline.BIOLOGY},
    "college_chemistry": {Discipline.CHEMISTRY},
    "college_computer_science": {Discipline.COMPUTER_SCIENCE},
    "college_mathematics": {Discipline.MATHEMATICS},
    "college_physics": {Discipline.PHYSICS},
    "computer_security": {Discipline.COMPUTER_SCIENCE},
    "conceptual_physics": {Discipline.PHYSICS},
    "electrical_engineering": {Discipline.ENGINEERING},
    "elementary_mathematics": {Discipline.MATHEMATICS},
    "high_school_biology": {Discipline.BIOLOGY},
    "high_school_chemistry": {Discipline.CHEMISTRY},
    "high_school_computer_science": {Discipline.COMPUTER_SCIENCE},
    "high_school_mathematics": {Discipline.MATHEMATICS},
    "high_school_physics": {Discipline.PHYSICS},
    "high_school_statistics": {Discipline.MATHEMATICS},
    "machine_learning": {Discipline.COMPUTER_SCIENCE},
}
SCIBENCH: dict[str, set[Discipline]] = {
    "atkins": {Discipline.CHEMISTRY, Discipline.PHYSICS},
    "chemmc": {Discipline.CHEMISTRY, Discipline.PHYSICS},
    "quan": {Discipline.CHEMISTRY, Discipline.PHYSICS},
    "matter": {Discipline.CHEMISTRY, Discipline.PHYSICS},
    "thermo": {Discipline.PHYSICS, Discipline.CHEMISTRY},
    "fund": {Discipline.PHYSICS},
    "class": {Discipline.PHYSICS},
    "calculus": {Discipline.MATHEMATICS},
    "diff": {Discipline.MATHEMATICS},
    "stat": {Discipline.MATHEMATICS},
}
SOFTWARE = {Discipline.COMPUTER_SCIENCE, Discipline.MATHEMATICS}


TYPES: dict[str, DocumentType] = {
    **dict.fromkeys(
        ["physics book", "chemistry books", "statistics books", "open logic", "gsm8k", "math500", "mmlu", "scibench"],
        DocumentType.REFERENCE_EDUCATIONAL,
    ),
    **dict.fromkeys(["scipy manual", "sympy manual"], DocumentType.REFERENCE_EDUCATIONAL),
    **dict.fromkeys(
        ["r papers, pdf", "r papers, source", "sympy paper, parts", "pubmed abstracts"], DocumentType.ACADEMIC_RESEARCH
    ),
    "sympy side bars": DocumentType.SEARCH_DIRECTORY_BIBLIOGRAPHY,
    "licences": DocumentType.LEGAL,
    "python modules": DocumentType.CODE,
}
"""The type of each group of documents; pages of the unit tests have that of their file, the rest is not asked."""


@dataclass(frozen=True)
class Sample:
    """One document: its group, the disciplines that are right (empty: not asked), text and media type."""

    group: str
    accepted: frozenset[Discipline]
    text: str
    media_type: str


def type_of(sample: Sample) -> str | None:
    """The document type that is right for a sample, null where it is not asked."""
    folder, _, stem = sample.group.partition(": ")
    if stem:
        return stem if folder == "pages" else None
    found = TYPES.get(sample.group, TYPES.get(sample.group.split(" ")[0]))
    return None if found is None else found.value


def looked_at(sample: Sample) -> bool:
    """Half of the documents, by their hash: only errors on these were looked at when passages were written."""
    return zlib.crc32(sample.text.encode()) % 2 == 0


def frame(all_samples: list[Sample], max_chars: int | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [str(position) for position in range(len(all_samples))],
            "text": [sample.text[:max_chars] for sample in all_samples],
            "title": pl.Series([None] * len(all_samples), dtype=pl.String),
            "document_kind": pl.Series([None] * len(all_samples), dtype=pl.String),
            "media_type": [sample.media_type for sample in all_samples],
        }
    )


def parsed(group: str, accepted: set[Discipline], paths: Iterable[Path]) -> Iterator[Sample]:
    """The files as L1 makes them; unreadable ones and those below MIN_WORDS words are left out."""
    for path in sorted(paths):
        data = path.read_bytes()
        media_type = detect(path.name, data[:4096])
        try:
            text = parse(data, media_type, NormalizeSettings()).text
        except Unreadable as error:
            print(f"left out: {path.name}: {error.rule}", file=sys.stderr)
            continue
        if len(text.split()) >= MIN_WORDS:
            yield Sample(group, frozenset(accepted), text, media_type)


def navigation(paths: Iterable[Path]) -> Iterator[Sample]:
    """What stands in the side bars of the pages: real navigation without content."""
    for path in sorted(paths):
        tree = html.fromstring(path.read_bytes())
        links = (link for part in tree.iter("aside", "nav") for link in part.iter("a"))
        lines = [" ".join("".join(map(str, link.itertext())).split()) for link in links]
        if lines:
            yield Sample("sympy side bars", frozenset(), "\n".join(lines), "text/html")


def in_tens(group: str, accepted: set[Discipline], questions: list[str]) -> Iterator[Sample]:
    for start in range(0, len(questions) - N_QUESTIONS + 1, N_QUESTIONS):
        yield Sample(group, frozenset(accepted), "\n\n".join(questions[start : start + N_QUESTIONS]), "text/plain")


def question_sets(folder: Path) -> Iterator[Sample]:
    """Test sets of benchmarks, ten questions a document; they are measured on, never trained on."""
    by_topic: dict[str, list[str]] = {}
    for row in jsonl(folder / "mmlu-stem/test.jsonl"):
        by_topic.setdefault(row["topic"], []).append("\n".join([row["question"], *map(str, row["options"])]))
    for topic, questions in sorted(by_topic.items()):
        yield from in_tens(f"mmlu {topic}", MMLU[topic], questions)
    for book, accepted in SCIBENCH.items():
        problems = json.loads((folder / f"scibench/{book}.json").read_text(encoding="utf-8"))
        yield from in_tens(f"scibench {book}", accepted, [problem["problem_text"] for problem in problems])
    yield from in_tens(
        "gsm8k", {Discipline.MATHEMATICS}, [row["question"] for row in jsonl(folder / "gsm8k/test.jsonl")]
    )
    yield from in_tens(
        "math500", {Discipline.MATHEMATICS}, [row["problem"] for row in jsonl(folder / "math500/test.jsonl")]
    )


def jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def abstracts(path: Path) -> Iterator[Sample]:
    for row in json.loads(path.read_text(encoding="utf-8")):
        text = "\n\n".join(row["context"]["contexts"])
        yield Sample("pubmed abstracts", frozenset({Discipline.MEDICINE, Discipline.BIOLOGY}), text, "text/plain")


def code_files() -> Iterator[Sample]:
    """Modules of Python's standard library: real code that is on every machine."""
    paths = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    for path in paths[:: max(1, len(paths) // N_CODE_FILES)]:
        yield Sample(
            "python modules",
            frozenset({Discipline.COMPUTER_SCIENCE}),
            path.read_text(encoding="utf-8"),
            "text/plain",
        )


def written_pages(folder: Path) -> Iterator[Sample]:
    """The pages of the unit tests: own, not trained on; those in `unseen_pages` are from after training."""
    for path in sorted(folder.glob("*pages/*.md")):
        for page in path.read_text(encoding="utf-8").split("\n---\n"):
            yield Sample(f"{path.parent.name}: {path.stem}", frozenset(), page, "text/plain")


def samples(data: Path) -> list[Sample]:
    books, pages = data / "textbooks", data / "html"
    legal = [*data.rglob("LICENSE*"), *data.rglob("copyright"), data / "papers/r-vignettes/GPL-2"]
    chosen = {zlib.crc32(path.read_bytes()): path for path in legal if path.is_file()}
    r_papers = data / "papers/r-vignettes"
    return [
        *parsed(
            "physics book",
            {Discipline.PHYSICS},
            (books / "openstax-university-physics-vol1/modules").rglob("*.cnxml"),
        ),
        *parsed("chemistry books", {Discipline.CHEMISTRY}, (books / "openstax-chemistry/modules").rglob("*.cnxml")),
        *parsed(
            "statistics books",
            {Discipline.MATHEMATICS},
            (books / "openstax-introductory-statistics/modules").rglob("*.cnxml"),
        ),
        *parsed("open logic", {Discipline.MATHEMATICS}, (books / "openlogic/content").rglob("*.tex")),
        *parsed("scipy manual", SOFTWARE, (pages / "scipy-doc").rglob("*.html")),
        *parsed("sympy manual", {*SOFTWARE, Discipline.PHYSICS}, (pages / "sympy-doc").rglob("*.html")),
        *navigation((pages / "sympy-doc").rglob("*.html")),
        *parsed("web articles", set(), (pages / "readability").rglob("source.html")),
        *parsed("r papers, pdf", {Discipline.MATHEMATICS}, r_papers.rglob("*.pdf")),
        *parsed("r papers, source", {Discipline.MATHEMATICS}, r_papers.rglob("*.Rnw")),
        *parsed("sympy paper, parts", SOFTWARE, (data / "papers/sympy-paper").rglob("*.tex")),
        *parsed("licences", set(), chosen.values()),
        *code_files(),
        *abstracts(data / "benchmarks/pubmedqa/testset.json"),
        *question_sets(data / "benchmarks"),
        *written_pages(Path(__file__).parent.parent / "tests/unit/annotate"),
    ]
