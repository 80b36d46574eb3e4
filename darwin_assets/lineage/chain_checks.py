"""Whether the chain is whole, and the gate ledger what the chain says it is."""

from collections import Counter
from collections.abc import Iterator

import polars as pl

from darwin_assets.lineage.evidence import Evidence
from darwin_assets.lineage.findings import Finding
from resources.chain import GENESIS, TABLE, ZONE, link_hash
from resources.gate_ledger import KIND, row_hash
from resources.gate_ledger import TABLE as GATES

CHAIN, LEDGER = f"{ZONE}/{TABLE}", f"{ZONE}/{GATES}"


def check_chain(evidence: Evidence) -> Iterator[Finding]:
    """Links edited, removed, inserted or exchanged; each named by its number."""
    expected, previous = 1, GENESIS
    for link in evidence.links.iter_rows(named=True):
        seq = link["seq"]
        if seq < expected:
            yield Finding("chain.gap", CHAIN, f"link {seq} stands there more than once", (str(seq),))
        elif seq > expected:
            missing = f"link {expected}" if seq == expected + 1 else f"links {expected} to {seq - 1}"
            yield Finding("chain.gap", CHAIN, f"{missing} missing before link {seq}", (str(seq),))
        elif link["previous"] != previous:
            yield Finding("chain.broken", CHAIN, f"link {seq} does not name link {seq - 1} as it is", (str(seq),))
        fields = (link["seq"], link["at"], link["kind"], link["subject"], link["payload"], link["previous"])
        if link_hash(*fields) != link["hash"]:
            yield Finding(
                "chain.edited", CHAIN, f"link {seq} ({link['kind']}, {link['subject']}) was edited", (str(seq),)
            )
        expected, previous = seq + 1, link["hash"]


def check_head(evidence: Evidence, seq: int, hash_: str) -> Iterator[Finding]:
    """Whether a link that somebody has kept elsewhere still stands where it stood: who writes the whole chain anew cannot."""
    standing = evidence.links.filter(pl.col("seq") == seq)["hash"]
    if standing.is_empty():
        said = f"the chain had link {seq} when it was kept, and ends at link {evidence.links.height}"
        yield Finding("chain.tail", CHAIN, said, (str(seq),))
    elif hash_ not in standing:
        yield Finding("chain.edited", CHAIN, f"link {seq} is not the one that was kept: written anew", (str(seq),))


def check_ledger(evidence: Evidence) -> Iterator[Finding]:
    """Verdicts edited, deleted or inserted, by what the chain knows of each row; and a chain that lost its end."""
    links = evidence.links.filter(pl.col("kind") == KIND).select(
        verdict="subject",
        row=pl.col("payload").str.json_path_match("$.row"),
        level=pl.col("payload").str.json_path_match("$.level"),
        batch=pl.col("payload").str.json_path_match("$.batch"),
        late=pl.col("payload").str.json_path_match("$.late") == "true",
    )
    recorded = {(verdict, row) for verdict, row in links.select("verdict", "row").iter_rows()}
    known = set(links["verdict"])
    standing = {(one["verdict"], row_hash(one)): one for one in evidence.verdicts.iter_rows(named=True)}
    names = Counter(verdict for verdict, _ in standing)
    unlinked = []
    for (verdict, found), row in standing.items():
        if (verdict, found) in recorded:
            continue
        about = f"the verdict on {row['level']}/{row['batch']} of {row['at'][:19]}"
        if verdict in known:
            yield Finding("ledger.edited", LEDGER, f"{about} is not as it was recorded", (verdict,))
        else:
            unlinked.append((row["at"], verdict, about))
    for link in links.iter_rows(named=True):
        if link["verdict"] not in names:
            about = f"the verdict on {link['level']}/{link['batch']} was taken out of the ledger"
            yield Finding("ledger.deleted", LEDGER, about, (link["verdict"],))
        elif link["late"]:
            said = "linked late: its run was killed while it recorded the verdict"
            yield Finding("ledger.inserted", LEDGER, said, (link["verdict"],), serious=False)
    yield from _unlinked(evidence, unlinked)


def _unlinked(evidence: Evidence, unlinked: list[tuple[str, str, str]]) -> Iterator[Finding]:
    """Verdicts later than the newest link are what a chain without its end looks like; others were put in."""
    last = evidence.links["at"].max() or ""
    later = tuple(verdict for at, verdict, _ in unlinked if at > str(last))
    if later:
        said = f"the chain ends at link {evidence.links.height}, before {len(later)} verdicts that must stand in it"
        yield Finding("chain.tail", CHAIN, said, later)
    for at, verdict, about in unlinked:
        if at <= str(last):
            said = f"{about} is not in the chain: put in, or its run was killed then (run the batch again)"
            yield Finding("ledger.inserted", LEDGER, said, (verdict,))
