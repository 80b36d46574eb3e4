"""Who is a twin, who survives, and which links still count."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.nearest import measure
from darwin_assets.tier_twins.columns import DOCUMENTS, LINKS
from darwin_assets.tier_twins.documents import furthest
from darwin_assets.tier_twins.links import TooManyTwins, find_links, losers, without_losers
from darwin_assets.tier_twins.settings import TierTwinsSettings

SETTINGS = TierTwinsSettings()
TIERS = {"L2": "L1", "L3": "L2", "L4": "L3", "L5": "L3"}


def row(root, level="L2", batch="b", **fields):
    known = {"root_id": root, "id": f"{root}-{level}", "batch": batch, "level": level, "ultradata_tier": TIERS[level],
             "text_sha256": f"{root}-{level}", "verdict": f"v-{batch}-{level}", "published_at": "2026-01-01"}  # fmt: skip
    return {**known, **fields}


def frame(*rows):
    return pl.DataFrame(rows, schema=DOCUMENTS)


def angles(*degrees):
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def link(documents, vectors, batch="b", **changes):
    return find_links(documents, vectors, batch, SETTINGS.model_copy(update=changes), "embedder", "recipe")


def pairs(links):
    return list(links.select("loser_root_id", "survivor_root_id").iter_rows())


def test_a_document_counts_once_where_it_has_come_furthest():
    found = furthest(frame(row("a", "L2"), row("a", "L4"), row("a", "L3"), row("b", "L2")))
    assert list(found.select("root_id", "level", "ultradata_tier").iter_rows()) == [
        ("a", "L4", "L3"),
        ("b", "L2", "L1"),
    ]


def test_a_document_that_was_waived_through_counts_at_its_deepest_level_and_lower_tier():
    found = furthest(frame(row("a", "L2"), row("a", "L3", ultradata_tier="L1"), row("b", "L3")))
    assert list(found.select("root_id", "id", "ultradata_tier").iter_rows()) == [
        ("b", "b-L3", "L2"),
        ("a", "a-L3", "L1"),
    ]


def test_tiers_then_time_then_id_say_who_comes_first():
    rows = [row("d"), row("c"), row("a", published_at="2026-01-02"), row("b", "L4", published_at="2026-01-03")]
    assert furthest(frame(*rows))["root_id"].to_list() == ["b", "c", "d", "a"]


def test_the_higher_tier_survives_and_the_link_tells_both_sides():
    documents = furthest(frame(row("low", batch="b"), row("high", "L4", batch="other")))
    (found,) = link(documents, angles(0, 10)).to_dicts()
    assert found == {
        "batch": "b", "loser_id": "low-L2", "loser_root_id": "low", "loser_level": "L2", "loser_tier": "L1",
        "loser_verdict": "v-b-L2", "survivor_id": "high-L4", "survivor_root_id": "high", "survivor_level": "L4",
        "survivor_tier": "L3", "survivor_verdict": "v-other-L4", "cosine": round(float(np.cos(np.radians(10))), 6),
        "embedder": "embedder", "recipe": "recipe",
    }  # fmt: skip
    assert link(documents, angles(0, 10)).schema == LINKS


def test_a_batch_links_its_own_documents_to_all_and_others_to_each_other_never():
    documents = furthest(frame(*(row(name, batch=name[0]) for name in ("b1", "b2", "x1", "x2"))))
    found = pairs(link(documents, angles(0, 1, 2, 3)))
    assert sorted(found) == [("b2", "b1"), ("x1", "b1"), ("x1", "b2"), ("x2", "b1"), ("x2", "b2")]


def test_the_threshold_is_a_bound_that_counts():
    documents = furthest(frame(row("a"), row("b")))
    vectors = angles(0, np.degrees(np.arccos(0.9)))
    assert link(documents, vectors)["cosine"].to_list() == [0.9]
    assert link(documents, vectors, min_cosine=0.900001).is_empty()


def test_an_embedder_that_finds_everything_alike_stops_the_step():
    documents = furthest(frame(*(row(f"d{n}") for n in range(40))))
    with pytest.raises(TooManyTwins, match="raise tier_twins"):
        link(documents, angles(*range(40)), min_cosine=0.5, max_links=5)
    assert link(documents, angles(*range(40)), min_cosine=0.5, max_links=20).height == 40 * 39 // 2


def test_who_has_lost_takes_nobody_along():
    """a is a twin of b and b of c, but a and c are not: b goes, c stays."""
    documents = furthest(frame(row("a", "L4"), row("b", "L3"), row("c")))
    links = link(documents, angles(0, 20, 40))
    assert sorted(pairs(links)) == [("b", "a"), ("c", "b")]
    assert losers(links, documents)["root_id"].to_list() == ["b"]


def test_a_link_counts_while_both_sides_are_what_is_published():
    before = furthest(frame(row("a", "L3"), row("b", "L2")))
    links = link(before, angles(0, 5))
    assert losers(links, before)["root_id"].to_list() == ["b"]
    after = furthest(frame(row("a", "L3"), row("b", "L4")))
    assert losers(links, after).is_empty()
    published_again = furthest(frame(row("a", "L3", verdict="v2"), row("b", "L2")))
    assert losers(links, published_again).is_empty()
    both = pl.concat([links, link(after, angles(0, 5))])
    assert losers(both, after)["root_id"].to_list() == ["a"]


def test_rows_of_a_loser_go_at_every_level():
    documents = furthest(frame(row("a", "L4"), row("b", "L3")))
    lost = losers(link(documents, angles(0, 5)), documents)
    rows = frame(row("b", "L2"), row("a", "L2"), row("b", "L3"), row("c", "L2"))
    assert without_losers(rows, lost)["root_id"].to_list() == ["a", "c"]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(list(TIERS)), st.sampled_from("bx"), st.integers(0, 180)), min_size=1, max_size=15
    )
)
def test_links_of_all_batches_leave_no_twins_and_lose_none_without_one(drawn):
    rows = [row(f"r{n:02}", level, batch) for n, (level, batch, _) in enumerate(drawn)]
    documents = furthest(frame(*rows))
    degrees = {f"r{n:02}": degree for n, (_, _, degree) in enumerate(drawn)}
    vectors = angles(*(degrees[root] for root in documents["root_id"]))
    batches = documents["batch"].unique().to_list()
    links = pl.concat([link(documents, vectors, batch) for batch in batches])
    assert (links["loser_root_id"] != links["survivor_root_id"]).all()
    lost = losers(links, documents)
    kept = without_losers(documents, lost)
    place = {root: n for n, root in enumerate(documents["root_id"])}

    def cosine(one, other):
        return measure(vectors, vectors, np.array([place[one]]), np.array([place[other]]))[0]

    roots = kept["root_id"].to_list()
    assert all(cosine(one, other) < 0.9 for n, one in enumerate(roots) for other in roots[:n])
    for root, survivor, told in lost.iter_rows():
        assert survivor in roots
        assert place[survivor] < place[root]
        assert told == cosine(root, survivor) >= 0.9
