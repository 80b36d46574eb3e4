"""Which evaluations training data must not repeat, as data: files below one folder, with their fields and hashes.

A file that is missing or has changed stops the run: a benchmark that is not looked for is a leak that nobody sees.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

DEFAULT_MANIFEST = Path(__file__).parent / "benchmarks.toml"

PUBLISHED: tuple[str, ...] = (
    "mmlu", "mmlu_pro", "gpqa_diamond", "gpqa_main", "super_gpqa", "gsm8k", "math", "math-500", "ChemBench-multi-choise",
    "ChemBench-str-match", "cs-bench-assertion-questions", "cs-bench-multiple-choice-questions", "medqa-us", "medmcqa",
    "PubMedQA", "NEWTON-1", "NEWTON-2", "NEWTON-3", "NEWTON-4", "piqa", "scibench-physics", "scibench-chemistry",
    "scibench-math",
)  # fmt: skip
"""The files that MegaScience decontaminates against (§3.3), by the names of its evaluation toolkit where it has one."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class RegistryError(ValueError):
    """The manifest, or a file that it names, is not as it must be. The message says which and what to do."""


class Benchmark(BaseModel):
    """One evaluation. Fields are keys of an item, those inside of others with dots: `examples.0.input`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, pattern=r"^[\w.-]+$", description="Name that stands in the evidence.")
    files: Mapping[str, str] = Field(
        min_length=1, description="Path below the benchmarks folder, and SHA-256 of the file."
    )
    format: Literal["json", "jsonl", "csv"] = Field(
        description="A JSON list or object, JSON lines, or CSV with a header."
    )
    items: str = Field(
        default="", description="Key of the list of items in a JSON object; empty: the file is the list."
    )
    question: str = Field(min_length=1, description="Field of the question.")
    options: str = Field(default="", description="Field of the options: a list, or texts by their letters.")
    answer: str = Field(
        default="",
        description="Field of the answer; a letter stands for an option, a number beside a list of options for nothing.",
    )
    answer_pattern: str = Field(default="", description="Regular expression whose first group is the final answer.")
    solution: str = Field(default="", description="Field of the worked solution; an item may lack it.")
    canary: str = Field(default="", description="Text that the authors ask to keep out of training data.")
    covers: tuple[str, ...] = Field(default=(), description="Names in the list of MegaScience that this stands for.")

    @field_validator("files")
    @classmethod
    def _below_the_folder(cls, files: Mapping[str, str]) -> Mapping[str, str]:
        for path, digest in files.items():
            if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
                raise ValueError(f"{path} does not lie below the benchmarks folder")
            if not _SHA256.fullmatch(digest):
                raise ValueError(f"the SHA-256 of {path} must be 64 hexadecimal digits in lower case")
        return files

    @field_validator("answer_pattern")
    @classmethod
    def _has_a_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"answer_pattern is no regular expression: {error}") from None
        if pattern and groups < 1:
            raise ValueError("answer_pattern needs a group, which is the final answer")
        return pattern


class Registry(BaseModel):
    """All benchmarks of a manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    benchmark: tuple[Benchmark, ...] = ()

    @model_validator(mode="after")
    def _one_of_each_name(self) -> Self:
        names = [one.name for one in self.benchmark]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"several benchmarks are called {', '.join(twice)}")
        return self

    @property
    def uncovered(self) -> tuple[str, ...]:
        """What MegaScience looks for and this does not, in its order."""
        covered = {name for one in self.benchmark for name in one.covers}
        return tuple(name for name in PUBLISHED if name not in covered)


def read_registry(path: Path = DEFAULT_MANIFEST) -> Registry:
    """A manifest: TOML with a `[[benchmark]]` each. Raises RegistryError."""
    try:
        return Registry.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise RegistryError(f"the manifest of benchmarks {path} cannot be read ({type(error).__name__})") from None
    except UnicodeDecodeError:
        raise RegistryError(f"the manifest of benchmarks {path} is not in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise RegistryError(f"the manifest of benchmarks {path} is no TOML: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise RegistryError(f"the manifest of benchmarks {path} is wrong: {wrong}") from None
