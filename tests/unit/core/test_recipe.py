"""The recipe file: what is written by default reads back as the defaults, and a slip is named."""

import tomllib

import pytest

from darwin_assets.recipe import Recipe, RecipeError, default_toml, load_recipe, own_settings, sections

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
    content = tomllib.loads(default_toml())
    assert list(content) == SECTIONS
    assert content == Recipe().model_dump(mode="json", exclude_none=True)


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
