"""L2 on documents that nobody in this project wrote."""

import json
import re
from pathlib import Path

import pypdfium2
import pytest
from lxml import etree

from darwin_assets.filter.language import identify
from darwin_assets.filter.prose import prose
from darwin_assets.filter.rules import build_rules
from darwin_assets.filter.settings import FilterSettings

pytestmark = pytest.mark.shared_data
BOUNDS = {rule.id: rule.low for rule in build_rules(FilterSettings())}
PHYSICS = "textbooks/openstax-university-physics-vol1/modules"


def module_texts(folder: Path) -> dict[str, str]:
    """The text of CNXML modules without mark-up, by module id."""
    return {
        path.parent.name: re.sub(r"\s+", " ", " ".join(etree.parse(str(path)).getroot().itertext()))
        for path in sorted(folder.glob("*/index.cnxml"))
    }


def test_languages_of_real_documents(shared_data):
    chinese = json.loads(
        (shared_data / "eval-samples/opencompass-lawbench/predictions/zero_shot/GPT4/1-1.json").read_text()
    )
    physics = module_texts(shared_data / PHYSICS).values()
    english = [text for text in physics if len(text.encode()) >= BOUNDS["size.bytes"]]
    [topology] = (shared_data / "pdf/py-pdf-sample-files").rglob("GeoTopo-komprimiert.pdf")
    with pypdfium2.PdfDocument(topology) as document:
        german = " ".join(document[page].get_textpage().get_text_range() for page in range(20, 30))
    texts = [*english, german, " ".join(answer["prediction"] for answer in chinese.values())]
    found = identify(map(prose, texts), "en")
    assert found["language"].to_list()[-2:] == ["de", "zh"]
    kept = found["language_score"] >= BOUNDS["language.score"]
    assert kept.to_list() == [True] * len(english) + [False, False]
