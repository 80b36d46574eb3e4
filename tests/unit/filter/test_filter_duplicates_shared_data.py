"""Duplicates among documents that nobody in this project wrote."""

import re
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from darwin_assets.filter.duplicates import find_twins
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import SIGNATURE, sign
from tests.shingle_reference import jaccard, shingle_set

pytestmark = pytest.mark.shared_data
SETTINGS = FilterSettings()
PHYSICS = "textbooks/openstax-university-physics-vol1/modules"
NOTHING_PUBLISHED = pl.DataFrame(schema={"batch": pl.String, **SIGNATURE})


def module_texts(folder: Path) -> dict[str, str]:
    """The text of CNXML modules without mark-up, by module id."""
    return {
        path.parent.name: re.sub(r"\s+", " ", " ".join(etree.parse(str(path)).getroot().itertext()))
        for path in sorted(folder.glob("*/index.cnxml"))
    }


def frame(texts: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame({"id": list(texts), "text": list(texts.values())})


def twins(texts: dict[str, str], published: dict[str, str]) -> pl.DataFrame:
    return find_twins(
        sign(frame(texts), SETTINGS),
        lambda _wanted: [frame(texts)],
        sign(frame(published), SETTINGS).with_columns(batch=pl.lit("2026")) if published else NOTHING_PUBLISHED,
        lambda _wanted: [frame(published)],
        SETTINGS,
    )


@pytest.mark.slow
def test_the_twelve_revisions_are_verified_near_duplicates_and_nothing_else_is(shared_data):
    earlier = module_texts(shared_data / "near-duplicates/openstax-revisions/2022-06-29")
    published = module_texts(shared_data / PHYSICS)
    batch = {f"2022-{name}": text for name, text in earlier.items()}
    found = twins(batch, published)
    assert len(found) == 12
    for row in found.iter_rows(named=True):
        assert row["id"] == f"2022-{row['survivor_id']}"
        assert row["rule"] == "duplicate.near"
        both = shingle_set(batch[row["id"]], 5), shingle_set(published[row["survivor_id"]], 5)
        assert row["similarity"] == jaccard(*both)
        assert 0.7 <= row["similarity"] < 1.0
    assert twins(published, {}).rows() == []


def test_modules_that_two_collections_list_are_exact_duplicates(shared_data):
    texts = {}
    modules = module_texts(shared_data / "textbooks/openstax-chemistry/modules")
    for collection in sorted((shared_data / "textbooks/openstax-chemistry/collections").glob("*.collection.xml")):
        listed = [
            element.get("document")
            for element in etree.parse(str(collection)).iter("{http://cnx.rice.edu/collxml}module")
        ]
        texts |= {f"{collection.stem}/{name}": modules[name] for name in listed}
    found = twins(texts, {})
    same_module = found.filter(pl.col("id").str.split("/").list[1] == pl.col("survivor_id").str.split("/").list[1])
    assert len(same_module) == 122
    assert set(same_module["rule"]) == {"duplicate.exact"}
