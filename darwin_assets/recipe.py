"""The recipe: every threshold of every level in one TOML file, with the papers' values as defaults.

A section is named after the stage folder whose settings it holds. The hash of a section stands in the `recipe` of every
row that it made.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.complete.settings import CompleteSettings
from darwin_assets.decontamination.settings import DecontaminationSettings
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.refine.settings import RefineSettings
from darwin_assets.textbook_reasoning.settings import (
    QuestionDeduplicationSettings,
    QuestionExtractionSettings,
    QuestionRefinementSettings,
    QuestionSelectionSettings,
)
from darwin_assets.tier_twins.settings import TierTwinsSettings
from resources.errors import DarwinError
from resources.written import read_written


class RecipeError(DarwinError):
    """The recipe file cannot be used; the message names the setting and what it takes."""


class Recipe(BaseModel):
    """The settings of every stage. An unknown section or setting is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    acquire: AcquireSettings = Field(default_factory=AcquireSettings)
    normalize: NormalizeSettings = Field(default_factory=NormalizeSettings)
    filter: FilterSettings = Field(default_factory=FilterSettings)
    annotate: AnnotateSettings = Field(default_factory=AnnotateSettings)
    refine: RefineSettings = Field(default_factory=RefineSettings)
    complete: CompleteSettings = Field(default_factory=CompleteSettings)
    question_extraction: QuestionExtractionSettings = Field(default_factory=QuestionExtractionSettings)
    question_deduplication: QuestionDeduplicationSettings = Field(default_factory=QuestionDeduplicationSettings)
    question_refinement: QuestionRefinementSettings = Field(default_factory=QuestionRefinementSettings)
    decontamination: DecontaminationSettings = Field(default_factory=DecontaminationSettings)
    question_selection: QuestionSelectionSettings = Field(default_factory=QuestionSelectionSettings)
    tier_twins: TierTwinsSettings = Field(default_factory=TierTwinsSettings)
    closed_loop: ClosedLoopSettings = Field(default_factory=ClosedLoopSettings)

    def name_of(self, stage: str, version: int, *ingredients: str) -> str:
        """`stage/version:hash`: the operation, its version and a hash of its settings and further ingredients. Where only a
        part of a section counts, `stage` names it: "closed_loop.mix".
        """
        settings: BaseModel = reduce(getattr, stage.split("."), self)
        payload = json.dumps([settings.model_dump(mode="json"), *ingredients], sort_keys=True)
        return f"{stage}/{version}:{hashlib.sha256(payload.encode()).hexdigest()[:16]}"


def load_recipe(path: Path | None) -> Recipe:
    """The recipe in a TOML file; the papers' defaults when there is no such file. RecipeError when it does not fit."""
    if path is None or not path.is_file():
        return Recipe()
    try:
        return Recipe.model_validate(tomllib.loads(read_written(path)))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path} is not valid TOML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise RecipeError(f"{path}: {problems}") from None


def default_toml() -> str:
    """Every setting with its default and its meaning, as the text of a recipe file.

    A setting that is a table stands behind the others of its section, and in comments while it is empty: it may then be
    given anywhere below, at the end of the file as well.
    """
    lines = ["# Every setting of every level; the values are the defaults."]
    for name, section in sections(Recipe()):
        lines += ["", f"[{name}]"]
        settings = sorted(own_settings(section), key=lambda one: isinstance(one[1], dict))
        for setting, value, description in settings:
            lines.append(f"# {description}")
            lines += _table(f"{name}.{setting}", value) if isinstance(value, dict) else [_line(setting, value)]
    return "\n".join(lines) + "\n"


def sections(settings: BaseModel, above: str = "") -> Iterator[tuple[str, BaseModel]]:
    """The tables of a recipe file that have settings of their own, by their names in it, such as "closed_loop.mix"."""
    for name, part in settings:
        if isinstance(part, BaseModel):
            if next(own_settings(part), None):
                yield f"{above}{name}", part
            yield from sections(part, f"{above}{name}.")


def own_settings(section: BaseModel) -> Iterator[tuple[str, object, str]]:
    """Name, value and description of the settings of a table, without the tables in it."""
    for name, setting in type(section).model_fields.items():
        value = getattr(section, name)
        if not isinstance(value, BaseModel):
            yield name, value, setting.description or ""


def _table(name: str, value: dict[str, object]) -> list[str]:
    return (
        [f"[{name}]", *(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items())]
        if value
        else [f"# [{name}]"]
    )


def _line(setting: str, value: object) -> str:
    # TOML has no word for nothing: such a setting is left out
    return f"# {setting} = ..." if value is None else f"{setting} = {_toml(value)}"


def _toml(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
