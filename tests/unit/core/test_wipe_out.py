import polars as pl
import pytest

from darwin_assets.wipe_out import MIN_SOURCE_DOCUMENTS, duplicate_share_of_sources, wipe_out_facts


def rows(**counts):
    """Rows by source: (kept, rejected as duplicates, rejected otherwise)."""
    made = [
        (source, rule)
        for source, (kept, duplicates, others) in counts.items()
        for rule in [None] * kept + ["duplicate.near"] * duplicates + ["size.bytes"] * others
    ]
    return pl.DataFrame(made, schema={"source": pl.String, "rejected_by": pl.String}, orient="row")


def test_a_source_that_vanishes_shows_although_the_batch_as_a_whole_looks_sound():
    batch = rows(large=(9000, 900, 0), gone=(2, 98, 0))
    assert wipe_out_facts(batch) == {"max_source_duplicate_share": pytest.approx(0.98)}
    assert duplicate_share_of_sources(batch)["source"].to_list() == ["gone", "large"]


def test_other_rules_and_small_sources_raise_no_alarm():
    assert wipe_out_facts(rows(a=(50, 0, 950))) == {"max_source_duplicate_share": 0.0}
    assert wipe_out_facts(rows(a=(0, MIN_SOURCE_DOCUMENTS - 1, 0))) == {"max_source_duplicate_share": 0.0}
    assert wipe_out_facts(rows(a=(0, MIN_SOURCE_DOCUMENTS, 0))) == {"max_source_duplicate_share": 1.0}
    assert wipe_out_facts(rows()) == {"max_source_duplicate_share": 0.0}
