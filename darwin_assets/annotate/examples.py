"""The labelled passages that the light models are trained on, all written for this purpose.

`examples/<label set>/<label>.md` holds the passages of one label, with a line `---` between them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

from darwin_assets.annotate.taxonomy import Discipline, DocumentType, EducationScore, Toxicity

FOLDER = Path(__file__).parent / "examples"

VALUE_OF_TYPE: dict[DocumentType, EducationScore] = {
    DocumentType.NEWS_EDITORIAL: EducationScore.INCIDENTAL,
    DocumentType.ACADEMIC_RESEARCH: EducationScore.EXPLANATORY,
    DocumentType.REFERENCE_EDUCATIONAL: EducationScore.TEACHING,
    DocumentType.CODE: EducationScore.INFORMATIVE,
    DocumentType.SOCIAL_FORUM: EducationScore.INCIDENTAL,
    DocumentType.PROMOTIONAL_ADVERTISEMENT: EducationScore.NONE,
    DocumentType.SEARCH_DIRECTORY_BIBLIOGRAPHY: EducationScore.NONE,
    DocumentType.ADULT: EducationScore.NONE,
    DocumentType.PERSONAL_MISC: EducationScore.INCIDENTAL,
    DocumentType.MACHINE_GENERATED: EducationScore.NONE,
    DocumentType.LEGAL: EducationScore.INCIDENTAL,
    DocumentType.GOVERNMENT: EducationScore.INCIDENTAL,
    DocumentType.LITERARY: EducationScore.INFORMATIVE,
    DocumentType.REVIEWS: EducationScore.INCIDENTAL,
    DocumentType.E_COMMERCE: EducationScore.NONE,
    DocumentType.MEDIA: EducationScore.NONE,
}
"""The value that the passages of a document type have as further examples of the education score."""


def passages(label_set: str, label: str) -> list[str]:
    """The passages of one label in file order; empty where the label has no file (abstain, other)."""
    path = FOLDER / label_set / f"{label}.md"
    if not path.exists():
        return []
    return [passage.strip() for passage in path.read_text(encoding="utf-8").split("\n---\n") if passage.strip()]


def labelled(label_set: str, labels: type[StrEnum]) -> Iterator[tuple[str, str]]:
    """(passage, label) for every label of a set, in the order of the enumeration."""
    for label in labels:
        for passage in passages(label_set, label.value):
            yield passage, label.value


def education_values() -> list[tuple[str, str]]:
    """(passage, "0" to "5"): passages graded one by one, and those of each document type at its value."""
    by_type = [
        (passage, value.value)
        for document_type, value in VALUE_OF_TYPE.items()
        for passage in passages("document_type", document_type.value)
    ]
    return sorted([*labelled("education_score", EducationScore), *by_type], key=lambda pair: pair[1])


def toxicity() -> list[tuple[str, str]]:
    """(passage, toxic or harmless): those written for it, and the passages of all disciplines and document types."""
    others = [
        passage
        for label_set, labels in (("discipline", Discipline), ("document_type", DocumentType))
        for passage, _ in labelled(label_set, labels)
    ]
    return [*labelled("toxicity", Toxicity), *((passage, Toxicity.HARMLESS.value) for passage in others)]


def all_passages() -> list[str]:
    """Every passage once, in the order of the files."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(FOLDER.rglob("*.md")))
    found = (passage.strip() for text in texts for passage in text.split("\n---\n"))
    return [passage for passage in dict.fromkeys(found) if passage]


@cache
def examples_sha256() -> str:
    """SHA-256 over the names and bytes of all example files, hex."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*.md")):
        digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
