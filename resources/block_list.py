"""What was taken down and must not come back: one append-only table that landing, L0, L1 and `promote` ask.

It holds ids and hashes, and of addresses only those prefixes that a person asked for by name.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import polars as pl

from resources.delta import without_row_contents
from resources.errors import LakeError
from resources.lake import Lake

ZONE, TABLE = "ledger", "blocked"
SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "value": pl.String(),
    "request": pl.String(),
    "at": pl.String(),
}
KINDS: dict[str, str] = {
    "root": "id of an erased row of L0",
    "record": "salted hash of where an erased document was landed, see `record_hash`",
    "bytes": "SHA-256 of a document's bytes",
    "raw": "SHA-256 of a landed file",
    "text": "SHA-256 of the text of L1",
    "uri": "salted hash of an address, see `BlockList.uri_hash`",
    "prefix": "the beginning of addresses, in the clear",
}
HASH_DIGITS = 64
SALTED = ("uri", "record")
"""Kinds of what may name a person: an address, the name of a member of an archive."""


@dataclass(frozen=True)
class Blocked:
    """The list as it stood when it was read: value → the request that blocked it first, by kind."""

    requests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    salt: str = ""

    def __bool__(self) -> bool:
        return any(self.requests.values())

    def values(self, kind: str) -> frozenset[str]:
        return frozenset(self.requests.get(kind, ()))

    def request_of(self, kind: str, value: str | None) -> str | None:
        """Who asked for it; None when the value is not blocked."""
        return None if value is None else self.requests.get(kind, {}).get(value)

    def request_of_record(self, landed_id: str, locator: str) -> str | None:
        """Who asked for the document at this place in a landed file; None when it is not blocked."""
        if not self.requests.get("record"):
            return None
        return self.request_of("record", record_hash(self.salt, landed_id, locator))

    def request_of_uri(self, uri: str | None) -> str | None:
        """Who asked for this very address or for a prefix of it; None when it is not blocked."""
        if uri is None:
            return None
        exact = self.request_of("uri", _hash(self.salt, uri)) if self.requests.get("uri") else None
        prefixes = self.requests.get("prefix", {})
        return exact or next((asked for prefix, asked in prefixes.items() if uri.startswith(prefix)), None)

    def touches_contents(self) -> bool:
        """Whether a record inside a container may be blocked, so that containers must be looked into."""
        return any(self.requests.get(kind) for kind in ("bytes", "uri", "prefix"))


class BlockList(dg.ConfigurableResource[Any]):
    """Reads and appends entries. Nothing here removes one."""

    lake: dg.ResourceDependency[Lake]

    def create(self) -> bool:
        return self.lake.create_table(ZONE, TABLE, SCHEMA, "kind", ["value"])

    def block(self, request: str, entries: Iterable[tuple[str, str]]) -> None:
        """Add entries (kind, value) in one commit; those that this request has blocked before are not added again."""
        wanted = list(dict.fromkeys(entries))
        for kind, value in wanted:
            if kind not in KINDS:
                raise LakeError(f"{kind!r} is no kind of the block list: {', '.join(KINDS)}")
            if not value or (kind in SALTED and len(value) != HASH_DIGITS):
                raise LakeError(f"an entry of kind {kind!r} is the {KINDS[kind]}")
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        rows = pl.DataFrame([(kind, value, request, now) for kind, value in wanted], schema=SCHEMA, orient="row")
        new = rows.join(self.entries(), on=["kind", "value", "request"], how="anti", maintain_order="left")
        if new.height:
            self.lake.append(ZONE, TABLE, new)

    def entries(self) -> pl.DataFrame:
        """kind, value, request, at; oldest first."""
        with without_row_contents(f"read {ZONE}/{TABLE}"):
            return self.lake.scan(ZONE, TABLE, self.lake.version(ZONE, TABLE)).sort("at", "kind", "value").collect()

    def read(self) -> Blocked:
        requests: dict[str, dict[str, str]] = {}
        for kind, value, request in self.entries().select("kind", "value", "request").iter_rows():
            requests.setdefault(kind, {}).setdefault(value, request)
        return Blocked(requests, self._salt())

    def uri_hash(self, uri: str) -> str:
        """What stands for an address in the list, so that the list does not tell whose documents were erased."""
        return _hash(self._salt(), uri)

    def record_hashes(self, places: Iterable[tuple[str, str]]) -> list[str]:
        """What stands for documents in the list: id of the landed file, and the locator in it."""
        salt = self._salt()
        return [record_hash(salt, *place) for place in places]

    def _salt(self) -> str:
        """The random id that the table was made with: one a lake, kept with it."""
        from deltalake import DeltaTable

        with without_row_contents(f"open {ZONE}/{TABLE}"):
            table = DeltaTable(self.lake.table_uri(ZONE, TABLE), storage_options=self.lake.storage_options or None)
            return str(table.metadata().id)


def record_hash(salt: str, landed_id: str, locator: str) -> str:
    """Names a document by where it was landed: unlike the id of its row it does not depend on the recipe of L0."""
    return _hash(salt, f"{landed_id}!{locator}")


def entries_sha256(entries: pl.DataFrame, request: str) -> str:
    """SHA-256 over kind and value of all that a request has blocked: what the link of its certificate holds."""
    own = entries.filter(pl.col("request") == request).select("kind", "value").unique().sort("kind", "value")
    return hashlib.sha256(json.dumps(own.rows()).encode()).hexdigest()


def _hash(salt: str, value: str) -> str:
    return hmac.digest(salt.encode(), value.encode("utf-8", "surrogatepass"), "sha256").hex()
