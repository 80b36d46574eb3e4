"""One project on this machine, wired together: the resources that assets, the command line and tests all use."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from darwin_assets.acquire.landed import create_landed
from darwin_assets.policy.settings import default_toml as policy_toml
from darwin_assets.promotion import create_tables
from darwin_assets.recipe import default_toml
from darwin_assets.tier import answer_store, call_table
from darwin_assets.tier_twins.assets import create_links
from resources.embedder import Embedder
from resources.errors import DarwinError
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.landing import LandingZone
from resources.language_model import LanguageModel
from resources.language_model.judge import Judge
from resources.language_model.vision import VisionModel
from resources.object_store import open_store
from resources.raw_store import RawStore
from resources.recipe_book import RecipeBook
from resources.workplace import Workplace, workplace

INSTANCE_CONFIG = Path(__file__).parent.parent / "dagster.yaml"


@dataclass(frozen=True)
class Project:
    """The resources of one project, by the names under which assets ask for them."""

    work: Workplace
    lake: Lake
    ledger: GateLedger
    raw: RawStore
    landing: LandingZone
    model: LanguageModel
    judge: Judge
    vision: VisionModel
    embedder: Embedder

    def resources(self) -> dict[str, object]:
        return {
            "work": self.work, "lake": self.lake, "ledger": self.ledger, "raw": self.raw,
            "landing": self.landing, "model": self.model, "judge": self.judge, "vision": self.vision,
            "embedder": self.embedder,
        }  # fmt: skip


def open_project(work: Workplace | None = None) -> Project:
    """The project that the environment names. Opens nothing: tables are touched when they are used."""
    work = work or workplace()
    uri = work.lake_uri()
    lake = Lake(uri=uri)
    return Project(
        work,
        lake,
        GateLedger(lake=lake),
        RawStore(uri=f"{uri.rstrip('/')}/raw"),
        LandingZone(folder=str(work.landing())),
        LanguageModel.from_env(),
        Judge.from_env(),
        VisionModel.from_env(),
        Embedder.from_env(),
    )


def initialize(project: Project) -> int:
    """Make what is missing: tables, landing zone, recipe and policy file, Dagster's home; the number of tables made."""
    from darwin_assets.closed_loop.tables import create_tables as create_loop_tables
    from darwin_assets.ladder import SPECS
    from darwin_assets.tier_twins.vectors import create_vectors

    # it refuses options that tables do not look at, so it comes before them
    open_store(project.raw.uri, project.raw.storage_options)
    project.landing.create()
    made = create_tables(project.lake, project.ledger, {level: spec.columns for level, spec in SPECS.items()})
    made += create_landed(project.lake) + create_links(project.lake) + create_vectors(project.lake)
    made += answer_store(project.lake).create() + call_table(project.lake).create()
    made += RecipeBook(project.lake).create() + create_loop_tables(project.lake)
    recipe = project.work.recipe_path()
    if not recipe.exists():
        recipe.parent.mkdir(parents=True, exist_ok=True)
        recipe.write_text(default_toml(), encoding="utf-8")
    policy = project.work.policy_path()
    if not policy.exists():
        policy.parent.mkdir(parents=True, exist_ok=True)
        policy.write_text(policy_toml(), encoding="utf-8")
    home = project.work.dagster_home()
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        shutil.copyfile(INSTANCE_CONFIG, home / "dagster.yaml")
    return made


@contextmanager
def dagster_instance(project: Project) -> Iterator[dg.DagsterInstance]:
    """Dagster's own storage of this project; DarwinError when `darwin init` has not been run."""
    home = project.work.dagster_home()
    if not (home / "dagster.yaml").is_file():
        raise DarwinError(f"{home} holds no dagster.yaml: run `darwin init` first")
    os.environ["DAGSTER_HOME"] = str(home)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance
