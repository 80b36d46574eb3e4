"""The recipe file: what is written by default reads back as the defaults, and a slip is named."""

import re
import textwrap
import tomllib
from pathlib import Path

import pytest

from darwin_assets.recipe import Recipe, RecipeError, default_toml, load_recipe, own_settings, sections

ROOT = Path(__file__).parents[3]
SECTIONS = [
    "acquire", "normalize", "filter", "annotate", "refine", "complete", "question_extraction", "question_deduplication",
    "question_refinement", "decontamination", "question_selection", "tier_twins", "closed_loop",
]  # fmt: skip


@pytest.fixture
def load(tmp_path):
    def load(text):
        path = tmp_path / "recipe.toml"
        path.write_text(text, encoding="utf-8")
        return load_recipe(path)

    return load


def test_the_default_file_reads_back_as_the_defaults(load):
    assert load(default_toml()) == Recipe()


def test_the_default_file_holds_every_setting_under_its_stage():
    # the headers of empty tables stand in comments
    content = tomllib.loads(re.sub(r"^# (\[.+\])$", r"\1", default_toml(), flags=re.MULTILINE))
    assert list(content) == SECTIONS
    assert content == Recipe().model_dump(mode="json", exclude_none=True)


def test_the_lines_of_the_readme_go_at_the_end_of_the_default_file(load):
    recipe = load(default_toml() + snippet("README.md"))
    assert recipe.filter.thresholds == {"size.bytes": "600.."}
    assert recipe.model_copy(update={"filter": Recipe().filter}) == Recipe()


def test_the_lines_of_the_page_on_rules_are_a_recipe_and_go_into_the_default_file(load):
    lines = snippet("docs/rules.md")
    settings, table = lines.split("[filter.thresholds]")
    text = default_toml()
    for line in settings.splitlines()[1:]:
        text = re.sub(rf"^{line.split()[0]} = .*", line, text, count=1, flags=re.MULTILINE)
    assert load(lines) == load(f"{text}[filter.thresholds]{table}")
    assert load(lines).filter.disabled_rules == ("gopher.stop_words",)


def snippet(page):
    """The recipe lines that a page shows, from the first section of the filter to the end of the block."""
    text = (ROOT / page).read_text(encoding="utf-8")
    block = re.search(r"^( *)\[filter\S*\]\n(?:\1\S.*\n)+", text, re.MULTILINE).group()
    return textwrap.dedent(block).partition("```")[0]


def test_every_setting_says_what_it_means():
    missing = [
        f"{section}.{name}"
        for section, settings in sections(Recipe())
        for name, _, description in own_settings(settings)
        if not description.strip().endswith((".", ")"))
    ]
    assert missing == []


def test_no_file_means_the_defaults(tmp_path):
    assert load_recipe(None) == load_recipe(tmp_path / "none.toml") == Recipe()


def test_a_setting_that_is_not_named_keeps_its_default(load):
    recipe = load("[filter]\nshingle_words = 7\n")
    assert recipe.filter.shingle_words == 7
    assert recipe.filter.presets == Recipe().filter.presets
    assert recipe.refine == Recipe().refine


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[filters]\nshingle_words = 1\n", "filters"),
        ("[filter]\nshingle_word = 1\n", "filter.shingle_word"),
        ("[filter]\nshingle_words = 'many'\n", "filter.shingle_words"),
        ("[filter]\nmin_jaccard = 1.5\n", "filter.min_jaccard"),
        ("[filter]\ndisabled_rules = ['gopher.wrods']\n", "gopher.wrods"),
        ("[filter.thresholds]\n'gopher.words' = '9..8'\n", "gopher.words"),
        ("[filter\n", "not valid TOML"),
        ("shingle_words = 1\n", "shingle_words"),
    ],
)
def test_a_slip_is_an_error_that_names_it(load, text, named):
    with pytest.raises(RecipeError, match=named) as caught:
        load(text)
    assert "recipe.toml" in str(caught.value)


def test_the_name_of_an_operation_follows_what_determines_it():
    plain, other = Recipe(), Recipe.model_validate({"filter": {"shingle_words": 7}})
    name = plain.name_of("filter", 1)
    assert name.startswith("filter/1:")
    assert name == Recipe().name_of("filter", 1)
    others = {other.name_of("filter", 1), plain.name_of("filter", 2), plain.name_of("filter", 1, "model")}
    assert len(others | {name}) == 4


def test_a_setting_of_one_stage_leaves_the_others_alone():
    other = Recipe.model_validate({"filter": {"shingle_words": 7}})
    for stage in SECTIONS:
        assert (other.name_of(stage, 1) == Recipe().name_of(stage, 1)) == (stage != "filter")
