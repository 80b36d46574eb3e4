"""The rules engine on real documents: its answers pass the guards, and books lose little."""

from pathlib import Path

import polars as pl
import pytest

from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.refine.answer import EngineReply
from darwin_assets.refine.assemble import assemble
from darwin_assets.refine.rules import answer
from darwin_assets.refine.settings import RefineSettings
from darwin_assets.refine.tasks import plan

pytestmark = pytest.mark.shared_data

SAMPLES = (
    ("textbooks/openstax-introductory-statistics/modules/*/index.cnxml", "application/x-cnxml+xml", 30),
    ("textbooks/openstax-university-physics-vol1/modules/*/index.cnxml", "application/x-cnxml+xml", 30),
    ("html/scipy-doc/**/*.html", "text/html", 3),
)


@pytest.mark.parametrize(("pattern", "media_type", "step"), SAMPLES)
def test_real_documents_pass_the_guards(shared_data: Path, pattern: str, media_type: str, step: int) -> None:
    paths = sorted(shared_data.glob(pattern))[::step]
    texts = [parse(path.read_bytes(), media_type, NormalizeSettings()).text for path in paths]
    rows = pl.DataFrame({"id": [str(n) for n in range(len(texts))], "text": texts})
    settings = RefineSettings()
    tasks = plan(rows, settings)
    built = assemble(rows, tasks, {task.key: EngineReply(answer(task.text, settings)) for task in tasks}, settings)
    assert len(tasks) > 20
    assert built["n_fell_back"].sum() == 0
    assert 0.9 < built["text"].str.len_chars().sum() / rows["text"].str.len_chars().sum() < 1.0
