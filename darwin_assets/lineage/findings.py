"""What an audit of a lake names."""

from dataclasses import asdict, dataclass
from typing import Any

CHECKS: dict[str, str] = {
    "chain.edited": "a link of the chain whose hash is not that of its fields",
    "chain.gap": "links that are missing from the chain, or stand in it twice",
    "chain.broken": "a link that does not name the one before it",
    "chain.tail": "the chain ends before things that must stand in it",
    "ledger.edited": "a verdict that is not as it was recorded",
    "ledger.deleted": "a verdict that was recorded and is no longer in the ledger",
    "ledger.inserted": "a verdict that no gate recorded in the chain",
    "recipe": "an entry of the recipe book that is not what its name says, or that is missing",
    "blocked": "entries of the block list that are not those of a take-down",
    "commit": "a change of a table that neither a gate nor a take-down made",
    "file.edited": "a file whose bytes are not those that were sealed",
    "file.swapped": "a file that holds the bytes of another one",
    "file.missing": "a file that the table names and that is not there",
    "file.unreadable": "a file or table that cannot be read",
    "file.unsealed": "a file in the place of those that were sealed, which no gate put there",
    "file.removed": "a sealed file that the table no longer names",
    "seal.missing": "what was published or written, without a seal",
    "row.verdict": "published rows whose verdict did not let them through",
    "row.parents": "rows made from rows that do not exist",
    "row.root": "rows whose root is not that of their parents",
    "row.count": "rows that went in and are neither kept nor rejected, or are so twice",
    "row.landed": "a landed file that is not what its id says",
    "raw.missing": "raw bytes that are not in the raw store",
    "raw.changed": "raw bytes that do not have their hash",
    "erased.stands": "rows of an erased document",
    "paper": "a certificate or an export that is not what was written, or that nobody wrote",
    "replay": "rows that cannot be made again as they are",
}
"""What each check finds, by its id."""
SHOWN_IDS = 20


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: by which check, where, what, and the ids of the rows (or links) it is about.

    Never text of a document. With `serious` false it is a remark: worth knowing, and no sign of tampering.
    """

    check: str
    place: str
    said: str
    ids: tuple[str, ...] = ()
    serious: bool = True

    def as_row(self) -> dict[str, Any]:
        return {**asdict(self), "ids": list(self.ids)}


def some(ids: tuple[str, ...]) -> str:
    """The first of the ids, and how many there are."""
    more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
    return ", ".join(ids[:SHOWN_IDS]) + more
