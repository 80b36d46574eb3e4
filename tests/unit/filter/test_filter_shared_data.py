"""L2 on documents that nobody in this project wrote."""

import json
import re
from pathlib import Path

import polars as pl
import pypdfium2
import pytest
from lxml import etree

from darwin_assets.filter.duplicates import find_twins
from darwin_assets.filter.language import identify
from darwin_assets.filter.prose import prose
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.shingles import jaccard, shingle_set
from darwin_assets.filter.signatures import sign

pytestmark = pytest.mark.shared_data
SETTINGS = FilterSettings()
PHYSICS = "textbooks/openstax-university-physics-vol1/modules"


def module_texts(folder: Path) -> dict[str, str]:
    """The text of CNXML modules without mark-up, by module id."""
    return {
        path.parent.name: re.sub(r"\s+", " ", " ".join(etree.parse(str(path)).getroot().itertext()))
        for path in sorted(folder.glob("*/index.cnxml"))
    }


def test_the_twelve_revisions_are_verified_near_duplicates_and_nothing_else_is(shared_data):
    earlier = module_texts(shared_data / "near-duplicates/openstax-revisions/2022-06-29")
    published = module_texts(shared_data / PHYSICS)
    batch = {f"2022-{name}": text for name, text in earlier.items()}
    index = sign(published, published.values(), SETTINGS).with_columns(batch=pl.lit("2026"))
    found = find_twins(
        sign(batch, batch.values(), SETTINGS),
        batch,
        index,
        lambda ids: {row_id: published[row_id] for row_id in ids},
        SETTINGS,
    )
    assert len(found) == 12
    for row_id, rule, survivor_id, similarity, _ in found.rows():
        assert row_id == f"2022-{survivor_id}"
        assert rule == "duplicate.near"
        assert similarity == jaccard(shingle_set(batch[row_id], 5), shingle_set(published[survivor_id], 5))
        assert 0.7 <= similarity < 1.0
    own = find_twins(index.drop("batch"), published, index.clear(), dict, SETTINGS)
    assert own.rows() == []


def test_modules_that_two_collections_list_are_exact_duplicates(shared_data):
    texts = {}
    modules = module_texts(shared_data / "textbooks/openstax-chemistry/modules")
    for collection in sorted((shared_data / "textbooks/openstax-chemistry/collections").glob("*.collection.xml")):
        listed = [
            element.get("document")
            for element in etree.parse(str(collection)).iter("{http://cnx.rice.edu/collxml}module")
        ]
        texts |= {f"{collection.stem}/{name}": modules[name] for name in listed}
    found = find_twins(
        sign(texts, texts.values(), SETTINGS),
        texts,
        pl.DataFrame(
            schema={
                "id": pl.String,
                "batch": pl.String,
                "exact_key": pl.String,
                "band_keys": pl.List(pl.Int64),
            }
        ),
        dict,
        SETTINGS,
    )
    same_module = found.filter(pl.col("id").str.split("/").list[1] == pl.col("survivor_id").str.split("/").list[1])
    assert len(same_module) == 122
    assert set(same_module["rule"]) == {"duplicate.exact"}


def test_languages_of_real_documents(shared_data):
    chinese = json.loads(
        (shared_data / "eval-samples/opencompass-lawbench/predictions/zero_shot/GPT4/1-1.json").read_text()
    )
    physics = module_texts(shared_data / PHYSICS).values()
    english = [text for text in physics if len(text.encode()) >= SETTINGS.min_document_bytes]
    [topology] = (shared_data / "pdf/py-pdf-sample-files").rglob("GeoTopo-komprimiert.pdf")
    with pypdfium2.PdfDocument(topology) as document:
        german = " ".join(document[page].get_textpage().get_text_range() for page in range(20, 30))
    texts = [*english, german, " ".join(answer["prediction"] for answer in chinese.values())]
    found = identify(map(prose, texts), "en")
    assert found["language"].to_list()[-2:] == ["de", "zh"]
    kept = found["language_score"] >= SETTINGS.min_language_score
    assert kept.to_list() == [True] * len(english) + [False, False]
