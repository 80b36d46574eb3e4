"""What the manifest of an evaluation says about its checkpoints, beyond what the files of a harness say themselves."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Verdict = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
EvaluationKey = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}\.[a-z0-9][a-z0-9-]{0,39}\.\d{4}$")]


class Training(BaseModel):
    """Tokenized shards of the drop that a checkpoint was trained on: `files` by name, `*` for any part of it, and the token
    that ends a document.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: Annotated[tuple[str, ...], Field(min_length=1)]
    end_token: Annotated[int, Field(ge=0)]

    def matches(self, path: str) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in self.files)


class Checkpoint(BaseModel):
    """`model`: how the files name it, where that is not its name here. `weights`: any word, the same for two checkpoints
    that are one model asked in two ways.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Name | None = None
    weights: Name | None = None
    training: Training | None = None


class Validates(BaseModel):
    """The evaluation whose proposed action was tried, and which checkpoint of this one stands for what. `mix`: the verdict
    of the mix that was trained on, which stands in the manifest of its export; not stated: the only one that was published
    before this evaluation was read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    evaluation: EvaluationKey
    before: Name
    targeted: Name
    control: Name
    mix: Verdict | None = None

    @model_validator(mode="after")
    def _three_checkpoints(self) -> Self:
        if len({self.before, self.targeted, self.control}) < 3:
            raise ValueError("before, targeted and control are three checkpoints")
        return self


class EvaluationFacts(BaseModel):
    """`reference`: the checkpoint against which all others are diagnosed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checkpoints: dict[Name, Checkpoint] = {}
    reference: Name | None = None
    validates: Validates | None = None

    @model_validator(mode="after")
    def _one_name_a_model(self) -> Self:
        models = [facts.model or name for name, facts in self.checkpoints.items()]
        if len(set(models)) < len(models):
            raise ValueError("two checkpoints have the same model: an output must belong to one of them")
        return self

    def checkpoint_of(self, model: str) -> str:
        """The name of the checkpoint whose outputs carry this model's name."""
        return next((name for name, facts in self.checkpoints.items() if (facts.model or name) == model), model)
