"""Who takes part in a bake-off: a TOML file with one [[candidate]] for each prompt with a model."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import dagster as dg
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from darwin_assets.complete import prompt as complete_prompt
from darwin_assets.recipe import Recipe
from darwin_assets.refine import prompt as refine_prompt
from darwin_assets.refine.recipes import RECIPES
from resources.errors import DarwinError
from resources.language_model import EngineName, LanguageModel

SHIPPED = {"L4": refine_prompt.PROMPTS, "L5": complete_prompt.PROMPTS}


class BakeoffError(DarwinError):
    """A file of candidates or a sample that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Candidate:
    """One prompt with one model; `recipe` is the project's, with the candidate's own recipe of L4."""

    name: str
    model: LanguageModel
    prompt: Path
    recipe: Recipe


class _Stated(BaseModel):
    """One [[candidate]] as it stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=40)
    prompt: str | None = None
    recipe: Literal["faithful", "reorganising"] | None = None
    model: dict[str, Any] = Field(default_factory=dict)
    api_key_variable: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: list[_Stated] = Field(min_length=1)


def load_candidates(path: Path, level: str, recipe: Recipe, model: LanguageModel) -> list[Candidate]:
    """The candidates of a file for L4 or L5; one that names no model has `model`. BakeoffError when the file does not fit."""
    try:
        stated = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).candidate
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BakeoffError(f"{path} is not valid TOML: {error}") from None
    except ValidationError as error:
        raise BakeoffError(f"{path}: {_problems(error)}") from None
    names = [one.name for one in stated]
    if len(set(names)) < len(names):
        raise BakeoffError(f"{path}: two candidates have the same name")
    return [_candidate(one, level, recipe, model, path) for one in stated]


def _candidate(stated: _Stated, level: str, recipe: Recipe, model: LanguageModel, path: Path) -> Candidate:
    if stated.recipe and level != "L4":
        raise BakeoffError(f"{path}: {stated.name}: only L4 has recipes")
    of_prompt = next((name for name, one in RECIPES.items() if one.prompt.stem == stated.prompt), None)
    asked = _model(stated, path) if stated.model else model
    is_rules = asked.engine == EngineName.RULES
    chosen = stated.recipe or of_prompt or ("faithful" if is_rules else recipe.refine.recipe)
    if level == "L4" and is_rules and chosen != "faithful":
        raise BakeoffError(
            f"{path}: {stated.name}: the rules engine is always faithful; {chosen} needs a language model"
        )
    if level == "L4":
        # a second round would be for documents that are to be kept: here all candidates have one
        changes = {"recipe": chosen, "max_requeues": 0}
        recipe = recipe.model_copy(update={"refine": recipe.refine.model_copy(update=changes)})
    own = RECIPES[chosen].prompt if level == "L4" else complete_prompt.COMPLETION
    prompt = _prompt(stated, level, path) if stated.prompt else own
    return Candidate(stated.name, asked, prompt, recipe)


def _prompt(stated: _Stated, level: str, path: Path) -> Path:
    """A shipped prompt by its name and version, or a file beside the file of candidates."""
    name = stated.prompt or ""
    choices = (SHIPPED[level] / f"{name}.md", path.parent / name)
    for choice in choices:
        if choice.suffix == ".md" and choice.is_file():
            return choice
    shipped = ", ".join(sorted(one.stem for one in SHIPPED[level].glob("*.md")))
    raise BakeoffError(f"{path}: {stated.name}: no prompt {name}; name one of {shipped}, or the path of an .md file")


def _model(stated: _Stated, path: Path) -> LanguageModel:
    fields = dict(stated.model)
    if "api_key" in fields:
        raise BakeoffError(f"{path}: {stated.name}: put the key into a variable and name it in api_key_variable")
    if stated.api_key_variable:
        fields["api_key"] = dg.EnvVar(stated.api_key_variable)
    if unknown := sorted(set(fields) - set(LanguageModel.model_fields)):
        raise BakeoffError(f"{path}: {stated.name}: model: the language model has no field {', '.join(unknown)}")
    if "engine" not in fields:
        fields["engine"] = EngineName.LLAMA_CPP.value if fields.get("gguf") else EngineName.OPENAI.value
    try:
        return LanguageModel(**fields)
    except ValidationError as error:
        raise BakeoffError(f"{path}: {stated.name}: model: {_problems(error)}") from None


def _problems(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
