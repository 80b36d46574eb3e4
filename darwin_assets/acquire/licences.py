"""Licences as SPDX expressions: checked, in one spelling, and combined for what is derived from several."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from functools import cache, lru_cache, reduce
from typing import Any

NOASSERTION = "NOASSERTION"
"""SPDX's word for a licence that nobody has stated."""
MAX_STATED_CHARS = 1000
"""What a row of a table may state; ten times as much takes a tenth of a second to parse."""

OWN = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
COPYLEFT = frozenset({"Copyleft", "Copyleft Limited"})
UNSTATED = frozenset({"Unstated License"})

NON_COMMERCIAL = "non-commercial"
SHARE_ALIKE = "share-alike"
NO_DERIVATIVES = "no-derivatives"
UNKNOWN = "unknown"


class LicenceError(ValueError):
    """Not an SPDX licence expression; the message says which term is wrong and what may be meant.

    What may be meant is looked for when the message is shown: it takes a hundred times as long as to parse.
    """

    def __init__(self, said: str, key: str | None = None):
        super().__init__(said)
        self._key = key

    def __str__(self) -> str:
        return super().__str__() + (_suggestion(self._key) if self._key else "")


def canonical(expression: str) -> str:
    """The expression with SPDX's own spelling, repetitions removed, alternatives and terms in alphabetical
    order.

    Accepts LicenseRef-* for licences that SPDX does not list and NOASSERTION for an unknown one.
    LicenceError else.
    """
    return _canonical(expression.strip())


def of_row(terms: Collection[str]) -> str | None:
    """The licence that a row of a table states, all terms at once; None where it is not SPDX, as a licence's text is not."""
    if sum(map(len, terms)) > MAX_STATED_CHARS:
        return None
    spelled = [_if_spdx(term.strip()) for term in terms]
    return None if None in spelled else strictest(filter(None, spelled))


def strictest(licences: Iterable[str]) -> str:
    """The licence of something derived from several: all of them hold at once.

    Distinct terms joined by AND, in alphabetical order, a term absorbing every alternative that contains it
    ("MIT" and "MIT OR GPL-2.0-only" give "MIT"). NOASSERTION for no licence at all. LicenceError for one
    that is not SPDX.
    """
    return _strictest(frozenset(licences))


def conditions(expression: str) -> frozenset[str]:
    """What the licence asks of a user: "non-commercial", "share-alike" (copyleft), "no-derivatives",
    "unknown".

    AND adds up; of alternatives the user picks the one with the fewest conditions. LicenseRef-* and
    NOASSERTION are "unknown": nobody has told what they ask.
    """
    return min(alternatives(expression), key=lambda part: (len(part), sorted(part)))


def alternatives(expression: str, without: frozenset[str] = frozenset()) -> frozenset[frozenset[str]]:
    """The conditions of each way in which the licence may be chosen: one a term of OR, multiplied out through AND.

    Licences in `without` are taken to ask nothing, as a contract may say of a LicenseRef-*.
    """
    return _alternatives(expression.strip(), without)


@lru_cache(maxsize=4096)
def _alternatives(expression: str, without: frozenset[str]) -> frozenset[frozenset[str]]:
    return _ways(_parse(expression), without)


@lru_cache(maxsize=4096)
def _canonical(expression: str) -> str:
    return str(_parse(expression).simplify())


@lru_cache(maxsize=4096)
def _if_spdx(expression: str) -> str | None:
    try:
        return _canonical(expression)
    except LicenceError:
        return None


@lru_cache(maxsize=4096)
def _strictest(licences: frozenset[str]) -> str:
    if not licences:
        return NOASSERTION
    terms = sorted({_canonical(licence.strip()) for licence in licences})
    return str(_parse(" AND ".join(f"({term})" for term in terms)).simplify())


def _parse(expression: str) -> Any:
    from license_expression import ExpressionError, ExpressionParseError

    licensing = _licensing()
    try:
        parsed = licensing.parse(expression, strict=True)
    except (ExpressionError, ExpressionParseError, RecursionError):
        parsed = None
    if parsed is None:
        raise LicenceError(
            f"{expression[:80]!r} is not an SPDX licence expression; examples: CC-BY-4.0, MIT OR GPL-2.0-only"
        )
    for key in licensing.unknown_license_keys(parsed):
        if key != NOASSERTION and not OWN.fullmatch(key):
            raise LicenceError(f"{key[:80]!r} is not an SPDX licence", key)
    return parsed


def _suggestion(key: str) -> str:
    wanted = re.sub(r"[^a-z0-9.]+", "-", key.lower())
    spelled = {known.lower(): known for known in _categories()}
    close = difflib.get_close_matches(wanted, spelled, n=1, cutoff=0.7)
    hint = f"did you mean {spelled[close[0]]}? " if close else ""
    return f"; {hint}LicenseRef-<name> for one that SPDX does not list, {NOASSERTION} for an unknown one"


def _ways(parsed: Any, without: frozenset[str]) -> frozenset[frozenset[str]]:
    operator = getattr(parsed, "operator", None)
    if operator is None:
        key = str(parsed).split(" WITH ")[0]
        return frozenset({frozenset() if key in without else _of_term(key)})
    parts = [_ways(part, without) for part in parsed.args]
    if operator.strip().upper() == "OR":
        return frozenset().union(*parts)
    # four conditions: never more than sixteen ways, however long the expression
    return reduce(lambda ways, part: frozenset(way | one for way in ways for one in part), parts)


def _of_term(key: str) -> frozenset[str]:
    if key == NOASSERTION or OWN.fullmatch(key):
        return frozenset({UNKNOWN})
    category = _categories().get(key)
    words = set(key.lower().split("-"))
    found = {
        NON_COMMERCIAL: "nc" in words or "noncommercial" in words,
        SHARE_ALIKE: category in COPYLEFT or "sa" in words,
        NO_DERIVATIVES: "nd" in words,
        UNKNOWN: category is None or category in UNSTATED,
    }
    return frozenset(name for name, holds in found.items() if holds)


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


@cache
def _categories() -> dict[str, str]:
    """SPDX key -> category of the licence index that comes with `license-expression`."""
    from license_expression import get_license_index

    return {
        entry["spdx_license_key"]: entry["category"] for entry in get_license_index() if entry.get("spdx_license_key")
    }
