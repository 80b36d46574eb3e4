"""The pages for people agree with the code: generated parts, links, commands, variables, figures."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import polars as pl
import pytest
import typer
import yaml

from darwin_assets import cli
from darwin_assets.acquire.manifest import Manifest
from darwin_assets.acquire.records import RULES
from darwin_assets.cli import ladder
from darwin_assets.filter.rules import RULE_IDS
from darwin_assets.recipe import Recipe, own_settings, sections
from resources.embedder import Embedder
from resources.language_model import LanguageModel
from resources.language_model.judge import Judge
from resources.language_model.vision import VisionModel

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
by_page = pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
MODELS = (LanguageModel, Judge, VisionModel, Embedder)
SOURCES = [path for folder in ("darwin_assets", "resources", "checks") for path in (ROOT / folder).rglob("*.py")]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build", ROOT / "docs" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@by_page
def test_generated_parts_are_those_of_the_code(build, page):
    assert build.filled(read(page)) == read(page), "run python docs/build.py"


def test_every_generated_part_stands_on_a_page(build):
    used = {name for page in build.PAGES for _, name, _ in build.PART.findall(read(page))}
    assert used == set(build.PARTS)


def test_a_part_that_does_not_exist_is_an_error(build):
    with pytest.raises(KeyError):
        build.filled("<!-- begin nonsense -->\n<!-- end -->")


@by_page
def test_links_lead_somewhere(page):
    for target in re.findall(r"(?<!\\)\[[^\]\n]*\]\((?!https?:)([^)\s]+)\)", read(page)):
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@by_page
def test_pages_name_no_place_of_a_machine(page):
    assert re.findall(r".*/(?:home|root|work|Users)/.*", read(page)) == []


def test_every_environment_variable_is_documented(build):
    read_by_code = {
        name for path in SOURCES for name in re.findall(r"\bD(?:ARWIN|AGSTER)_[A-Z]+(?:_[A-Z]+)*\b", read(path))
    }
    read_by_code -= {"DARWIN_STORAGE_X", "DAGSTER_DISABLE_TELEMETRY"}
    read_by_code -= {resource.variables for resource in MODELS}
    stated = {name.removesuffix("_") for name in read_by_code} | {"DARWIN_STORAGE"}
    documented = {name.removesuffix("_*") for name in build.ENVIRONMENT}
    of_models = {
        f"{resource.variables}_{variable}"
        for resource in MODELS
        for field, variable in build.MODEL_VARIABLES.items()
        if field in resource.model_fields
    }
    assert stated - documented == set()
    assert documented - stated - of_models == set()
    assert {name for name in of_models if name.startswith(LanguageModel.variables)} - documented == set()


def test_the_variables_of_the_model_set_the_fields_they_are_listed_with(build):
    values = {
        "DARWIN_LLM_ENGINE": ("openai", "openai"),
        "DARWIN_LLM_URL": ("http://a/v1,http://b/v1", ["http://a/v1", "http://b/v1"]),
        "DARWIN_LLM_MODEL": ("m", "m"),
        "DARWIN_LLM_GGUF": ("m.gguf", "m.gguf"),
        "DARWIN_LLM_WINDOW": ("7", 7),
        "DARWIN_LLM_PRICE_INPUT": ("2.5", 2.5),
        "DARWIN_LLM_PRICE_CACHED_INPUT": ("0.25", 0.25),
        "DARWIN_LLM_PRICE_OUTPUT": ("10", 10.0),
        "DARWIN_LLM_PRICE_HOUR": ("3", 3.0),
        "DARWIN_LLM_BUDGET_TOKENS": ("1000", 1000),
        "DARWIN_LLM_BUDGET_COST": ("7.5", 7.5),
    }
    model = LanguageModel.from_env({name: text for name, (text, _) in values.items()})
    fields = {f"{LanguageModel.variables}_{name}": field for field, name in build.MODEL_VARIABLES.items()}
    assert {name: getattr(model, fields[name]) for name in values} == {
        name: value for name, (_, value) in values.items()
    }


def test_every_setting_and_every_rule_has_a_line():
    settings, levels, rules = (read(ROOT / "docs" / f"{page}.md") for page in ("settings", "levels", "rules"))
    for _, section in sections(Recipe()):
        assert [name for name, *_ in own_settings(section) if f"| `{name}` |" not in settings] == []
    assert [rule for rule in (*RULES, *RULE_IDS) if f"| `{rule}` |" not in levels + rules] == []


def test_every_rule_that_the_code_names_is_on_the_page(build):
    """Rules of L3 and L4 stand in no list of the code, so they are looked for in its sources."""
    named = {
        rule
        for stage in ("annotate", "refine", "complete")
        for path in (ROOT / "darwin_assets" / stage).rglob("*.py")
        for rule in re.findall(rf'"({stage}\.[a-z_]+)"', read(path))
    }
    assert named == {rule for rules in build.OTHER_RULES.values() for rule in rules}


def options_by_command(group: typer.core.TyperGroup, prefix: str = "") -> Iterator[tuple[str, set[str]]]:
    """Command, with the name of its group before it, and the options it takes."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from options_by_command(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", {flag for one in command.params for flag in one.opts}


@by_page
def test_commands_on_the_pages_exist(page):
    options = dict(options_by_command(typer.main.get_command(cli.app)))
    for line in re.findall(r"^    (?:\w+=\S+ )*(?:\.venv/bin/)?darwin (.+)$", read(page), re.MULTILINE):
        words = line.split()
        verb = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in options), None)
        assert verb is not None, line
        assert {word for word in words if word.startswith("--")} <= options[verb], line


def test_the_targets_on_the_pages_exist():
    targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    for page in PAGES:
        assert set(re.findall(r"(?:^    |`)make ([a-z]+)", read(page), re.MULTILINE)) <= targets


def indented_block(page: str, first: str) -> str:
    block = page[page.index(f"    {first}") :].split("\n\n", maxsplit=1)[0]
    return "\n".join(line.removeprefix("    ") for line in block.splitlines())


def test_the_manifest_of_the_readme_is_one():
    manifest = Manifest.model_validate(yaml.safe_load(indented_block(read(ROOT / "README.md"), "source: my-books")))
    assert manifest.terms("appendix/a.md").licence == "CC-BY-NC-4.0"
    assert manifest.terms("chapter.md").licence == "CC-BY-4.0"


def test_the_figures_of_the_readme_are_those_of_the_sample_corpus():
    expected = pl.read_csv(ROOT / "examples" / "expected.tsv", separator="\t", infer_schema=False)
    arrived = expected.filter(pl.col("level") == "L5", pl.col("rule").fill_null("") == "").height
    (stated,) = re.findall(r"Of the (\d+) records,\n(\d+) reach L5", read(ROOT / "README.md"))
    assert stated == (str(expected.height), str(arrived))


def test_exit_codes_are_those_of_the_code():
    page = read(ROOT / "docs" / "operations.md")
    assert f"| {ladder.GATE_CLOSED} | `run`: a gate is closed. `export`: rows may not go out" in page
    assert f"| {ladder.QUARANTINED} | `land`: the drop was quarantined |" in page


def test_the_extras_on_the_page_are_those_of_the_package():
    import tomllib

    extras = set(tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["optional-dependencies"])
    page = read(ROOT / "docs" / "deployment.md")
    assert set(re.findall(r"^\| `([a-z-]+)` \| ", page.split("## Packages")[1], re.MULTILINE)) == extras


def test_services_on_the_page_are_those_of_the_compose_file():
    services = set(yaml.safe_load(read(ROOT / "docker-compose.yml"))["services"])
    section = read(ROOT / "docs" / "deployment.md").split("## Containers")[1].split("##")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \| ", section, re.MULTILINE)) == services


def test_pictures_are_sound_and_load_nothing():
    for path in (ROOT / "docs" / "pictures").glob("*.svg"):
        picture = ElementTree.fromstring(read(path))
        assert picture.get("role") == "img"
        assert next(iter(picture)).tag.endswith("title")
        assert not re.search(r"<script|href=|url\((?!#)", read(path))
