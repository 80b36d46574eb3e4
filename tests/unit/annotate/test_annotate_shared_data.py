"""The light models on real documents: a sample of what benchmarks/annotate_quality.py measures in full."""

from pathlib import Path

import polars as pl
import pytest

from darwin_assets.annotate.annotate import annotate
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings

pytestmark = pytest.mark.shared_data
CNXML = "application/x-cnxml+xml"


@pytest.mark.parametrize(
    ("book", "discipline", "least"),
    [
        ("openstax-university-physics-vol1", "physics", 0.75),
        ("openstax-chemistry", "chemistry", 0.75),
        ("openstax-introductory-statistics", "mathematics", 0.85),
    ],
)
def test_book_modules_get_their_discipline_and_are_kept(
    shared_data: Path, book: str, discipline: str, least: float
) -> None:
    paths = sorted((shared_data / "textbooks" / book / "modules").rglob("*.cnxml"))[::12]
    texts = [parse(path.read_bytes(), CNXML, NormalizeSettings()).text for path in paths]
    rows = pl.DataFrame({"id": [path.parent.name for path in paths], "text": texts}).with_columns(
        document_kind=pl.lit("book"), media_type=pl.lit(CNXML)
    )

    labelled = annotate(rows, AnnotateSettings())

    assert labelled.height >= 10
    assert (labelled["discipline"] == discipline).sum() >= least * labelled.height
    assert labelled["rejected_by"].is_not_null().sum() <= 2
    assert set(labelled["document_kind_by"]) == {"metadata"}
