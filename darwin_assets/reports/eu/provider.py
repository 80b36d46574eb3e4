"""What only the provider can say: `provider.toml` beside the recipe."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from darwin_assets.reports.eu.template import BY_ID, FIELDS
from resources.errors import DarwinError
from resources.written import read_written

FILE_NAME = "provider.toml"


class DatasetStatements(BaseModel):
    """What only the provider can say about the data as a data set; used by Croissant, SPDX and the provenance record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field("", description="Page of the data set.")
    files_url: str = Field("", description="Address below which the lake's tables can be fetched.")
    creator: str = Field("", description="Name of the organisation that made the data set.")
    creator_url: str = Field("", description="Its address.")
    version: str = Field("1.0.0", description="Version of the data set (MAJOR.MINOR.PATCH).")
    intended_use: str = Field("", description="What the data are meant for.")
    biases: str = Field("", description="Known biases.")
    social_impact: str = Field("", description="Effects on people to be expected.")
    maintenance: str = Field("", description="Who keeps the data set, and how updates and take-downs are published.")
    confidentiality: Literal["clear", "green", "amber", "red"] = Field("clear", description="Traffic light of SPDX.")


class Provider(BaseModel):
    """`fields`: what the provider says about fields of the template, by their ids; a lineage field gets it added."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field("1", description="Version of this summary.")
    earlier_versions: tuple[str, ...] = Field((), description="Addresses of earlier versions of this summary.")
    smaller_provider: bool = Field(
        False,
        description="A small or medium enterprise lists 5 % of the domains or 1,000, whichever is less; others list 10 %.",
    )
    large_dataset_share: float = Field(
        0.03,
        gt=0,
        le=1,
        description="Share of the size of all public datasets from which on one is large and is listed by itself; check "
        "the share against the notice before you publish.",
    )
    own_models: tuple[str, ...] = Field(
        (),
        description="Beginnings of model names, as the engines of L4 and L5 bear them, that are not on the market (2.5.d).",
    )
    dataset: DatasetStatements = DatasetStatements()  # type: ignore[call-arg]
    fields: dict[str, str] = Field(default_factory=dict, description="Statements by the id of the field.")

    @field_validator("fields")
    @classmethod
    def _known(cls, value: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(value) - set(BY_ID))
        if unknown:
            raise ValueError(f"the template has no field {', '.join(unknown)}")
        return {name: said.strip() for name, said in value.items() if said.strip()}


def read_provider(path: Path | None) -> Provider:
    """The provider's statements; none when there is no such file. DarwinError when it does not fit."""
    if path is None or not path.is_file():
        return Provider()  # type: ignore[call-arg]
    try:
        return Provider.model_validate(tomllib.loads(read_written(path)))
    except tomllib.TOMLDecodeError as error:
        raise DarwinError(f"{path} is not valid TOML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise DarwinError(f"{path}: {problems}") from None


def blank_toml() -> str:
    """A file to fill in: every setting with its default, and every field that only the provider can fill, left out."""
    lines = ["# What only the provider can say. Take away the # before a field and write the answer."]
    blank = Provider()  # type: ignore[call-arg]
    for name, setting in Provider.model_fields.items():
        if name not in ("fields", "dataset"):
            lines += [f"# {setting.description}", f"{name} = {_toml(getattr(blank, name))}"]
    lines += ["", "[dataset]"]
    for name, setting in DatasetStatements.model_fields.items():
        lines += [f"# {setting.description}", f"{name} = {_toml(getattr(blank.dataset, name))}"]
    lines += ["", "[fields]"]
    for one in FIELDS:
        if one.who == "provider":
            lines.append(f'# "{one.id}" = ""  # {one.title}{" (optional)" if one.optional else ""}')
    lines.append("# A field that the lake fills can be added to in the same way, by its id.")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"
