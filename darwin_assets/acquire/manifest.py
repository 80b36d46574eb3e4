"""The manifest of a landing drop: where its documents, or evaluation outputs, come from and under which terms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from darwin_assets.acquire.drop import MANIFEST_NAMES
from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.acquire.licences import canonical
from darwin_assets.acquire.wide_text import in_utf8

MAX_MANIFEST_BYTES = 1024 * 1024
SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""The same grammar as in a batch key, of which the source becomes a part."""

Kind = Literal["documents", "evaluation"]
DocumentKind = Literal["book", "paper", "web", "other"]
RightsBasis = Literal["open-licence", "public-domain", "licensed", "own", "consent", "tdm-exception"]
"""Why the works may be used: their licence, no rights in them, a contract with the rightsholder, one's own, what users
agreed to, or the exception for text and data mining (Directive (EU) 2019/790, Article 4)."""

SourceClass = Literal[
    "public-dataset", "commercial-licence", "private-dataset", "web-crawl", "user-data", "synthetic", "other"
]
"""Sections 2.1, 2.2.1, 2.2.2, 2.3, 2.4, 2.5 and 2.6 of the public summary under Article 53(1)(d) of the EU AI Act."""

OneLine = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]+$")]


class ManifestError(ValueError):
    """A manifest that cannot be used; the message says what to change, in words for the person who landed
    the drop.
    """


class Collection(BaseModel):
    """How the documents were come by, in the fields that the EU summary asks for; what does not apply is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source_class: SourceClass
    name: OneLine | None = None
    version: OneLine | None = None
    link: OneLine | None = None
    selection: OneLine | None = None
    contract: OneLine | None = None
    crawler: OneLine | None = None
    operator: OneLine | None = None
    purpose: OneLine | None = None
    behaviour: OneLine | None = None
    begun: date | None = None
    ended: date | None = None


class Override(BaseModel):
    """Other terms for the files of a drop that `path` matches: `*` within a folder, `**` across folders,
    `?` one letter.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(min_length=1)
    licence: str | None = None
    uri: str | None = None
    document_kind: DocumentKind | None = None
    attribution: OneLine | None = None
    rights_basis: RightsBasis | None = None
    opt_out: OneLine | None = None

    @field_validator("licence")
    @classmethod
    def _spdx(cls, value: str | None) -> str | None:
        return None if value is None else canonical(value)

    def matches(self, relative: str) -> bool:
        """Whether a path of the drop, with forward slashes, is meant."""
        return _glob(self.path).fullmatch(relative) is not None


class Terms(BaseModel):
    """What the manifest says about one file."""

    model_config = ConfigDict(frozen=True)

    licence: str
    uri: str | None
    document_kind: DocumentKind | None
    attribution: str | None
    rights_basis: RightsBasis | None
    opt_out: str | None


OF_DOCUMENTS = ("document_kind", "attribution", "rights_basis", "opt_out", "collection", "overrides")
"""Fields that say nothing about outputs of an evaluation."""


class Manifest(EvaluationFacts):
    """What a person states about a drop. `licence` is an SPDX expression, `origin` an address, `source` a
    batch name; `attribution` the words in which the licence wants the authors named, `opt_out` how the rightsholder
    has reserved the works ("letter of 3 March 2026"). The fields of EvaluationFacts are for `kind: evaluation` alone.
    """

    kind: Kind = "documents"
    source: str
    licence: str
    origin: str | None = None
    collected_at: datetime | None = None
    document_kind: DocumentKind | None = None
    attribution: OneLine | None = None
    rights_basis: RightsBasis | None = None
    opt_out: OneLine | None = None
    collection: Collection | None = None
    overrides: tuple[Override, ...] = ()

    @field_validator("source")
    @classmethod
    def _source_grammar(cls, value: str) -> str:
        if not SOURCE.fullmatch(value):
            raise ValueError("use up to 40 of a-z, 0-9 and '-', beginning with a letter or digit")
        return value

    @field_validator("licence")
    @classmethod
    def _spdx(cls, value: str) -> str:
        return canonical(value)

    @model_validator(mode="after")
    def _fields_of_its_kind(self) -> Self:
        foreign = OF_DOCUMENTS if self.kind == "evaluation" else tuple(EvaluationFacts.model_fields)
        stated = [name for name in foreign if getattr(self, name) != type(self).model_fields[name].default]
        if stated:
            raise ValueError(f"{', '.join(stated)}: not for kind: {self.kind}")
        return self

    @property
    def evaluation(self) -> EvaluationFacts:
        """What is said about checkpoints."""
        return EvaluationFacts(**{name: getattr(self, name) for name in EvaluationFacts.model_fields})

    def terms(self, relative: str) -> Terms:
        """The terms of one file of the drop; of several overrides that match, the last one that states a
        term wins.
        """
        stated: dict[str, Any] = {
            **{name: getattr(self, name) for name in Terms.model_fields if name != "uri"},
            "uri": None,
        }
        for override in self.overrides:
            if override.matches(relative):
                stated |= override.model_dump(exclude={"path"}, exclude_none=True)
        return Terms(**stated)

    def check_overrides(self, relatives: Iterable[str]) -> None:
        """ManifestError for an override that matches no file: a slip there would give a file the wrong
        licence.
        """
        names = list(relatives)
        for number, override in enumerate(self.overrides, 1):
            if not any(override.matches(name) for name in names):
                raise ManifestError(
                    f"override {number} ({override.path!r}) matches no file of the drop: correct its path"
                )


def read_manifest(
    folder: Path, collected_at: datetime | None = None, instead: Mapping[str, str] | None = None
) -> Manifest:
    """The manifest of a drop (`manifest.yaml`, `.yml` or `.json`); `collected_at` is used where it states no time, and the
    fields of `instead` stand in for its own.

    ManifestError when it is missing, stands there twice, is not YAML or JSON, or a field is wrong.
    """
    found = [folder / name for name in MANIFEST_NAMES if (folder / name).is_file()]
    if not found:
        raise ManifestError(f"no manifest: put a manifest.yaml with 'source' and 'licence' into {folder.name!r}")
    if len(found) > 1:
        raise ManifestError(f"two manifests ({', '.join(path.name for path in found)}): keep one")
    content = _load(found[0])
    if isinstance(content, dict) and content.get("collected_at") is None and collected_at is not None:
        content = {**content, "collected_at": collected_at}
    if isinstance(content, dict) and instead:
        content = {**content, **instead}
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        raise ManifestError(f"{found[0].name}: {_explain(error)}") from None


def write_manifest(folder: Path, manifest: Manifest) -> Path:
    """Write `manifest.yaml` into the drop and return its path."""
    import yaml

    path = folder / "manifest.yaml"
    content = manifest.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def _load(path: Path) -> Mapping[str, Any]:
    import yaml

    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise ManifestError(f"{path.name} is larger than {MAX_MANIFEST_BYTES} bytes: is it really a manifest?")
    try:
        text = in_utf8(path.read_bytes()).decode("utf-8-sig")
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except UnicodeDecodeError:
        raise ManifestError(f"{path.name} is not UTF-8: save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ManifestError(f"{path.name} is not YAML: line {line}, {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        raise ManifestError(f"{path.name} cannot be parsed{f': line {line}' if line else ''}") from None
    if not isinstance(content, dict):
        raise ManifestError(f"{path.name} must hold fields such as 'source: my-books' and 'licence: CC-BY-4.0'")
    return content


def _explain(error: ValidationError) -> str:
    """One clause a field, without the values that were given."""
    problems = []
    for problem in error.errors(include_url=False, include_input=False):
        field = ".".join(str(part) for part in problem["loc"]) or "manifest"
        is_unknown = problem["type"] == "extra_forbidden"
        said = _unknown(field) if is_unknown else problem["msg"].removeprefix("Value error, ")
        problems.append(f"{field}: {said}")
    return "; ".join(problems)


def _unknown(field: str) -> str:
    known = {name for model in (Manifest, Override, Collection) for name in model.model_fields}
    meant = get_close_matches(field.rpartition(".")[2], known, n=1)
    return f"there is no such field{f': is {meant[0]} meant?' if meant else ''}"


def _glob(pattern: str) -> re.Pattern[str]:
    """`**/` any folders, `**` anything, `*` anything within a folder, `?` one letter; all else stands for
    itself.
    """
    wildcards = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(wildcards.get(piece) or re.escape(piece) for piece in pieces), re.DOTALL)
