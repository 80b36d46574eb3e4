"""Field 2.3.h: the domains that most was scraped from."""

from __future__ import annotations

import json
import math

from darwin_assets.markdown import table, words
from darwin_assets.reports.eu.answer import Answer, not_applicable, told
from darwin_assets.reports.eu.sources import CRAWLED
from darwin_assets.reports.evidence import Evidence

LARGE_SHARE, SMALL_SHARE, SMALL_MOST = 0.10, 0.05, 1000


def relevant_domains(evidence: Evidence, smaller_provider: bool) -> Answer:
    """The top 10 % of the domains by bytes; 5 % or 1,000, whichever is less, of a smaller provider."""
    sizes: dict[str, tuple[int, int]] = {}
    for domain, collection, documents, n_bytes in evidence.ask("domains").iter_rows():
        if json.loads(collection or "{}").get("source_class") == CRAWLED:
            before = sizes.get(domain, (0, 0))
            sizes[domain] = (before[0] + n_bytes, before[1] + documents)
    if not sizes:
        return not_applicable("No crawled document has the address of a site.", "domains")
    n = how_many(len(sizes), smaller_provider)
    ordered = sorted(sizes.items(), key=lambda pair: (-pair[1][0], pair[0]))[:n]
    rule = f"5 % (at most {SMALL_MOST:,})" if smaller_provider else "10 %"
    said = f"{n:,} of {len(sizes):,} domains: the largest {rule} by bytes scraped."
    rows = [[words(domain), n_bytes, documents] for domain, (n_bytes, documents) in ordered]
    return told([said, table(["domain", "bytes", "documents"], rows)], "domains")


def how_many(domains: int, smaller_provider: bool) -> int:
    """How many of so many domains are listed; rounded up, so that one is listed where there is any."""
    if smaller_provider:
        return min(math.ceil(domains * SMALL_SHARE), SMALL_MOST)
    return math.ceil(domains * LARGE_SHARE)
