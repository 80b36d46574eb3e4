"""Section 2: where the data come from, by the classes that manifests state."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from darwin_assets.markdown import table, words
from darwin_assets.reports.eu.answer import TEXT, Answer, State, not_applicable, open_, told
from darwin_assets.reports.eu.domains import relevant_domains
from darwin_assets.reports.eu.provider import Provider
from darwin_assets.reports.eu.sources import (
    CRAWLED,
    LICENSED,
    OTHER,
    PRIVATE,
    PUBLIC,
    SYNTHETIC,
    USERS,
    Source,
    dataset_table,
    licences_of,
    of_class,
)
from darwin_assets.reports.eu.synthetic import synthetic
from darwin_assets.reports.evidence import Evidence

NONE = "No."


def data_sources(evidence: Evidence, sources: list[Source], provider: Provider) -> dict[str, Answer]:
    """The fields of section 2 but its comments."""
    return {
        **_public(sources, provider),
        **_licensed(sources),
        **_private(sources),
        **_crawled(evidence, sources, provider),
        **_users(sources),
        **synthetic(evidence, of_class(sources, SYNTHETIC), _used(sources, SYNTHETIC), provider),
        **_others(sources),
    }


def _used(sources: Sequence[Source], source_class: str) -> Answer:
    """Whether sources of a class are among the reported documents. Sources without a class leave it open."""
    found = of_class(sources, source_class)
    unstated = [one for one in sources if one.source_class is None]
    if found:
        names = ", ".join(dict.fromkeys(words(one.dataset) for one in found))
        return told(f"Yes: {names}.", "sources")
    if unstated:
        names = ", ".join(dict.fromkeys(words(one.name) for one in unstated))
        return open_(
            f"No source is stated to be one; the manifests of these state no `collection.source_class`: {names}.",
            "sources",
        )
    return told(NONE, "sources")


def _following(first: Answer, fields: dict[str, Callable[[], Answer]]) -> dict[str, Answer]:
    """The other fields of a section, which a no makes not applicable and an open question leaves open."""
    if first.state is State.OPEN:
        return dict.fromkeys(fields, open_("Follows from the answer to the first question of this section.", "sources"))
    if first.blocks == (NONE,):
        return dict.fromkeys(fields, not_applicable("No data of this kind.", "sources"))
    return {name: make() for name, make in fields.items()}


def _public(sources: list[Source], provider: Provider) -> dict[str, Answer]:
    found = of_class(sources, PUBLIC)
    total = sum(one.bytes for one in found) or 1
    sizes: dict[str, int] = {}
    for one in found:
        sizes[one.dataset] = sizes.get(one.dataset, 0) + one.bytes
    share = provider.large_dataset_share
    large = [one for one in found if sizes[one.dataset] > share * total]
    small = [one for one in found if sizes[one.dataset] <= share * total]
    first = _used(sources, PUBLIC)

    def listed() -> Answer:
        said = f"Datasets with more than {share:.0%} of the acquired bytes of all public datasets used."
        return told([said, dataset_table(large)], "sources")

    def others() -> Answer:
        if not small:
            return not_applicable("All public datasets are listed above.", "sources")
        periods = ", ".join(dict.fromkeys(one.period for one in small))
        said = (
            f"{len({one.dataset for one in small})} smaller datasets with {sum(one.bytes for one in small):,} bytes of text "
            f"documents in all; licences: {licences_of(small)}; acquired {periods}. Languages: see 1.3.e."
        )
        return told([said, dataset_table(small)], "sources")

    return {"2.1.a": first, **_following(first, {"2.1.b": _text, "2.1.c": listed, "2.1.d": others})}


def _licensed(sources: list[Source]) -> dict[str, Answer]:
    first = _used(sources, LICENSED)
    return {"2.2.1.a": first, **_following(first, {"2.2.1.b": _text})}


def _private(sources: list[Source]) -> dict[str, Answer]:
    found = of_class(sources, PRIVATE)
    known, others = ([one for one in found if bool(one.link) is has_link] for has_link in (True, False))
    first = _used(sources, PRIVATE)

    def described(group: Sequence[Source], none: str) -> Callable[[], Answer]:
        return lambda: told(dataset_table(group), "sources") if group else not_applicable(none, "sources")

    fields = {
        "2.2.2.b": _text,
        "2.2.2.c": described(known, "None of them has a public address."),
        "2.2.2.d": described(others, "All of them are listed above."),
    }
    return {"2.2.2.a": first, **_following(first, fields)}


def _crawled(evidence: Evidence, sources: list[Source], provider: Provider) -> dict[str, Answer]:
    found = of_class(sources, CRAWLED)
    first = _used(sources, CRAWLED)

    def stated(*names: str) -> Callable[[], Answer]:
        return lambda: _stated(found, names)

    def period() -> Answer:
        return told(table(["source", "period"], [[words(one.dataset), one.period] for one in found]), "sources")

    def contents() -> Answer:
        rows = [[words(one.dataset), words(one.link), one.documents, one.bytes, words(one.licence)] for one in found]
        said = table(["source", "address", "documents", "bytes acquired", "licence"], rows)
        return told(
            [said, "Types of content and languages: see 1.3.c and 1.3.e; domains: see 2.3.h."], "sources",
            left="geography and demography of the sites, where they matter",
        )  # fmt: skip

    fields = {
        "2.3.b": stated("crawler", "operator"),
        "2.3.c": stated("purpose"),
        "2.3.d": stated("behaviour"),
        "2.3.e": period,
        "2.3.f": contents,
        "2.3.g": _text,
        "2.3.h": lambda: relevant_domains(evidence, provider.smaller_provider),
    }
    return {"2.3.a": first, **_following(first, fields)}


def _stated(sources: Sequence[Source], names: Sequence[str]) -> Answer:
    """What manifests say under these names of `collection`; the provider is asked for what none says."""
    silent = sorted({one.dataset for one in sources if not any(one.stated.get(name) for name in names)})
    rows = [
        [words(one.dataset), *(words(one.stated.get(name)) for name in names)]
        for one in sources
        if one.dataset not in silent
    ]
    if not rows:
        return open_(f"No manifest states `collection.{names[0]}`.", "sources")
    left = f"the same for {', '.join(map(words, silent))}" if silent else None
    return told(table(["source", *names], rows), "sources", left=left)


def _users(sources: list[Source]) -> dict[str, Answer]:
    found = of_class(sources, USERS)
    first = _used(sources, USERS)
    if not found:
        fields = dict.fromkeys(("2.4.c", "2.4.d"), _text)
        return {"2.4.a": first, "2.4.b": first, **_following(first, fields)}
    which = f"User data: {', '.join(dict.fromkeys(words(one.dataset) for one in found))}."
    return {
        "2.4.a": told(which, "sources", left="whether it comes from interactions with the model"),
        "2.4.b": told(which, "sources", left="whether it comes from other services or products"),
        "2.4.c": _stated(found, ("operator", "purpose")),
        "2.4.d": _text(),
    }


def _others(sources: list[Source]) -> dict[str, Answer]:
    found = of_class(sources, OTHER)
    first = _used(sources, OTHER)
    return {"2.6.a": first, **_following(first, {"2.6.b": lambda: told(dataset_table(found), "sources")})}


def _text() -> Answer:
    return told(TEXT, "sources")
