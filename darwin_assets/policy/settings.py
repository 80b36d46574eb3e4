"""The policy file (TOML): one section a purpose. What it does not say stays as these defaults have it.

The defaults are the cautious reading of somebody who does not know yet whether a use is commercial; they are no legal
advice. A purpose of its own may be added under any name.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from darwin_assets.acquire.licences import LicenceError, canonical
from darwin_assets.acquire.manifest import RightsBasis
from darwin_assets.acquire.signals import CODES
from darwin_assets.privacy import KINDS
from resources.errors import DarwinError
from resources.written import read_written

Permission = Literal["allow", "forbid"]
Treatment = Literal["keep", "mask", "drop", "review"]

STRICT_PII: dict[str, Treatment] = {
    "email": "mask", "phone": "mask", "iban": "mask", "card": "mask", "national_id": "mask", "us_ssn": "mask",
    "ip": "mask", "person": "keep",
}  # fmt: skip


class Purpose(BaseModel):
    """What one purpose permits. Conditions are those of `licences.conditions`; every one has to be permitted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    non_commercial: Permission = Field(
        default="forbid", description="Works under a licence for non-commercial use only, such as CC-BY-NC-4.0."
    )
    share_alike: Permission = Field(
        default="allow", description="Works whose derivatives must carry the same licence, such as CC-BY-SA-4.0 or GPL."
    )
    no_derivatives: Literal["allow", "forbid", "unaltered"] = Field(
        default="unaltered",
        description="Works that may not be altered, such as CC-BY-ND-4.0; unaltered: rows that no level above L3 has "
        "worked on, since a change of format is no adaptation, and L2 and L3 change nothing.",
    )
    unknown: Permission = Field(
        default="forbid", description="Works without a stated licence (NOASSERTION), or under a LicenseRef-*."
    )
    permitted_licences: tuple[str, ...] = Field(
        default=(),
        description="SPDX ids, LicenseRef-* among them, that permit this purpose whatever they ask otherwise, such as that "
        "of a contract.",
    )
    opt_outs: tuple[str, ...] = Field(
        default=tuple(CODES),
        description="Opt-out signals that forbid this purpose, by code; docs/licences.md lists them.",
    )
    opt_outs_yield_to: tuple[RightsBasis, ...] = Field(
        default=("licensed", "own", "consent"),
        description="Bases of rights in the manifest against which an opt-out signal says nothing: it reserves what the law "
        "would permit, not what a contract does.",
    )
    pii: dict[str, Treatment] = Field(
        default_factory=lambda: dict(STRICT_PII),
        description="Kind of personal data → keep, mask (a placeholder stands for it), drop (the row is left out) or review "
        "(the gate stays closed until a person has looked at the row).",
    )

    presidio: bool = Field(
        default=False,
        description="Also ask Presidio's recognizers for personal numbers of further countries (extra `privacy`); takes some "
        "fifteen times as long.",
    )

    @field_validator("permitted_licences")
    @classmethod
    def _spdx(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(canonical(one) for one in value)
        except LicenceError as error:
            raise ValueError(str(error)) from None

    @field_validator("opt_outs")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(value) - set(CODES)):
            raise ValueError(f"no opt-out signals: {', '.join(unknown)}; known: {', '.join(CODES)}")
        return value

    @field_validator("pii")
    @classmethod
    def _kinds(cls, value: dict[str, Treatment]) -> dict[str, Treatment]:
        if unknown := sorted(set(value) - set(KINDS)):
            raise ValueError(f"no kinds of personal data: {', '.join(unknown)}; known: {', '.join(KINDS)}")
        return {**STRICT_PII, **value}


class Policy(BaseModel):
    """All purposes by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purposes: dict[str, Purpose] = Field(
        default_factory=lambda: {
            "training": Purpose(no_derivatives="allow"),
            "publication": Purpose(),
            "evaluation": Purpose(non_commercial="allow", no_derivatives="allow", opt_outs=("tdm", "manifest")),
        }
    )

    def purpose(self, name: str) -> Purpose:
        """One purpose; DarwinError when the policy has none of that name."""
        if name not in self.purposes:
            raise DarwinError(f"the policy knows no purpose {name!r}; it knows {', '.join(sorted(self.purposes))}")
        return self.purposes[name]

    def hash_of(self, name: str) -> str:
        """What stands for one purpose as it is now, 16 hex digits."""
        payload = json.dumps(self.purpose(name).model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(payload.encode()).hexdigest()[:16]


def load_policy(path: Path | None) -> Policy:
    """The policy in a TOML file; the defaults when there is no such file. DarwinError when it does not fit."""
    if path is None or not path.is_file():
        return Policy()
    try:
        stated = tomllib.loads(read_written(path))
    except tomllib.TOMLDecodeError as error:
        raise DarwinError(f"{path} is not valid TOML: {error}") from None
    try:
        return Policy(purposes={**Policy().purposes, **_purposes(stated)})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise DarwinError(f"{path}: {problems}") from None


def _purposes(stated: dict[str, Any]) -> dict[str, Any]:
    """Sections as the file has them, over the defaults of the purpose where it has some."""
    defaults = Policy().purposes
    return {
        name: {**(defaults[name].model_dump() if name in defaults else {}), **section}
        if isinstance(section, dict)
        else section
        for name, section in stated.items()
    }


def default_toml() -> str:
    """Every purpose with its defaults, as the text of a policy file."""
    lines = [
        "# What rows may be used for, by purpose. Every export asks here; the values are the defaults.",
        "# A row has to be permitted by the licences of all documents that it was made from.",
        "",
    ]
    lines += [f"# {name}: {setting.description}" for name, setting in Purpose.model_fields.items()]
    for name, purpose in Policy().purposes.items():
        lines += ["", f"[{name}]"]
        stated = purpose.model_dump(mode="json")
        treatments = stated.pop("pii")
        lines += [f"{setting} = {json.dumps(value)}" for setting, value in stated.items()]
        lines.append("pii = { " + ", ".join(f"{kind} = {json.dumps(one)}" for kind, one in treatments.items()) + " }")
    return "\n".join(lines) + "\n"
