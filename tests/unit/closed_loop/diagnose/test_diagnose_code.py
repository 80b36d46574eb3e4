"""The hashes that stand with a verdict cover what decides it (C22)."""

import pytest

from darwin_assets.closed_loop.diagnose.code import DECIDING, PACKAGE, deciding_files
from darwin_assets.closed_loop.diagnose.diagnose import settings_sha256
from darwin_assets.closed_loop.settings import ClosedLoopSettings


@pytest.mark.parametrize(
    "file",
    [
        "closed_loop/channel/signs.py",
        "closed_loop/diagnose/decide.py",
        "closed_loop/label/operations.yaml",
        "closed_loop/prompts/slices.v1.md",
        "closed_loop/samples.py",
        "closed_loop/statistics/paired.py",
        "closed_loop/taxonomy.yaml",
        "evaluation/scoring/symbolic.py",
        "evaluation/short_answer.py",
    ],
)
def test_a_file_that_decides_is_covered(file):
    assert PACKAGE / file in deciding_files()


def test_everything_that_is_named_is_there():
    assert all((PACKAGE / one).exists() for one in DECIDING)


@pytest.mark.parametrize(
    ("changed", "decides"),
    [
        ({"label": {"by_model": True}}, True),
        ({"statistics": {"alpha": 0.01}}, True),
        ({"mix": {"min_supervision_density": 2}}, False),
    ],
)
def test_settings_that_decide_are_covered(changed, decides):
    told = settings_sha256(ClosedLoopSettings.model_validate(changed))
    assert (told != settings_sha256(ClosedLoopSettings())) == decides
