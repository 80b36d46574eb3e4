"""A prompt's text and its version change together: the golden hashes of all versions stand in tests/prompts.sha256."""

import hashlib
from pathlib import Path

import pytest

from darwin_assets.prompts import catalogue

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "prompts.sha256"
FILES = sorted((ROOT / "darwin_assets").glob("*/prompts/*.md"))


def golden() -> dict[str, str]:
    """Path -> SHA-256 of every version that there was; one that is gone keeps its line, so that its name stays taken."""
    lines = [line.split() for line in GOLDEN.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
    return {path: digest for digest, path in lines}


def test_there_are_prompts() -> None:
    documents = {"annotate", "normalize", "refine", "complete", "judge"}
    stages = documents | {"textbook_reasoning", "decontamination", "evaluation", "closed_loop"}
    assert {path.parent.parent.name for path in FILES} == stages


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_text_of_a_version_never_changes(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    known = golden()
    assert name in known, f"a new version: add the line '{digest}  {name}' to {GOLDEN.name}"
    assert known[name] == digest, (
        f"{name} was changed: give it the next version (.v2), and add its hash to {GOLDEN.name}"
    )


def test_no_version_is_listed_twice() -> None:
    lines = [line for line in GOLDEN.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
    assert len(lines) == len(golden())


def test_a_catalogue_is_read_from_numbered_items(tmp_path: Path) -> None:
    prompt = tmp_path / "any.v1.md"
    prompt.write_text("Hello.\n\n# Do\n\n1. One\n   more.\n2. Two.\n\n# Other\n\n1. Not this.\n", encoding="utf-8")
    assert catalogue(prompt, {"A": "Do", "B": "Absent"}) == {"A1": "One more.", "A2": "Two."}
