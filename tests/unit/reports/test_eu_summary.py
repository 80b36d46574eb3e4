"""The EU summary: every field of the template is there, says where it comes from, and says what the lake holds."""

import re

import polars as pl
import pytest
from lxml import html

from darwin_assets.complete.tokens import counter
from darwin_assets.markdown import slug, to_html
from darwin_assets.reports.eu.answer import State
from darwin_assets.reports.eu.domains import how_many
from darwin_assets.reports.eu.general import ABOVE, size_range
from darwin_assets.reports.eu.provider import DatasetStatements, Provider, blank_toml, read_provider
from darwin_assets.reports.eu.summary import Summary, summarize
from darwin_assets.reports.eu.synthetic import model_name
from darwin_assets.reports.eu.template import BY_ID, FIELDS, SECTIONS
from darwin_assets.reports.evidence import answer_sha256
from darwin_assets.reports.tokens import TOKENIZER
from resources.errors import DarwinError
from tests.unit.reports.lakes import MODEL, SECRET, TEXTS

STATED = ("modules-by", "modules-nc", "crawl")
FILLED = Provider(fields={one.id: f"said of {one.id}" for one in FIELDS if one.who == "provider"})


def said(summary: Summary, field: str) -> str:
    return "\n".join(summary.answers[field].blocks)


@pytest.fixture
def summary(evidence_of) -> Summary:
    return summarize(evidence_of(*STATED), Provider())


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_of_a_section_stands_there_in_order_and_says_where_it_comes_from(summary, section):
    wanted = [one for one in FIELDS if one.section == section]
    assert wanted
    begin = summary.markdown.index(f"\n### {section} ")
    end = next((found.start() + begin + 1 for found in re.finditer(r"\n##?#? ", summary.markdown[begin + 1 :])), None)
    page = summary.markdown[begin:end]
    assert re.findall(r"\n#### (\S+) ", page) == [one.id for one in wanted]
    parts = re.split(r"\n#### \S+ .*\n", page)[1:]
    for one, part in zip(wanted, parts, strict=True):
        state = summary.answers[one.id].state
        assert f"*Origin: {state.value}" in part
        assert len(part.strip().splitlines()) > 1
        if state is State.LINEAGE:
            assert summary.answers[one.id].queries
            assert "](#query-" in part


def test_only_the_provider_is_asked_for_what_the_lake_cannot_tell(summary):
    still_open = {name for name, one in summary.answers.items() if one.state is State.OPEN}
    assert still_open == {one.id for one in FIELDS if one.who == "provider" and not one.optional}


def test_with_a_filled_provider_file_nothing_is_left_open(evidence_of):
    filled = summarize(evidence_of(*STATED), FILLED)
    assert filled.count(State.OPEN) == 0
    assert said(filled, "1.1.a") == "said of 1.1.a"


@pytest.mark.slow
def test_links_lead_to_queries_of_the_annex_with_versions_and_hashes(summary, evidence_of):
    ids = [slug(title) for title in re.findall(r"^#+ (.*)$", summary.markdown, re.MULTILINE)]
    links = set(re.findall(r"\]\(#([^)]+)\)", summary.markdown))
    assert links
    assert links <= set(ids)
    evidence = evidence_of(*STATED)
    for query in ("sources", "domains", "opt_outs", "engines", "rejections"):
        assert answer_sha256(evidence.ask(query)) in summary.markdown
        assert all(f"`{evidence.snapshot.where(one)}`" in summary.markdown for one in evidence.query(query).tables)


def test_size_is_counted_from_the_texts_with_the_named_tokenizer(summary, lake_of_reports):
    project, batches = lake_of_reports
    rows = project.lake.scan("published", "L5", project.lake.version("published", "L5"))
    texts = rows.filter(pl.col("batch").is_in([batches[one] for one in STATED])).select("text").collect()["text"]
    tokens = sum(counter(TOKENIZER).count(text) for text in texts)
    assert f"less than 1 billion tokens: {tokens:,} tokens ({TOKENIZER})" in said(summary, "1.3.b")


@pytest.mark.parametrize(
    ("tokens", "named"),
    [
        (0, "less than 1 billion tokens"),
        (10**9 - 1, "less than 1 billion tokens"),
        (10**9, "1 billion to 10 trillion tokens"),
        (10**13 - 1, "1 billion to 10 trillion tokens"),
        (10**13, ABOVE),
    ],
)
def test_size_ranges_of_the_template(tokens, named):
    assert size_range(tokens) == named


def test_the_same_modules_under_two_licences_are_two_things(summary):
    rows = [line for line in said(summary, "2.1.c").splitlines() if line.startswith("| Example modules")]
    assert [("CC-BY-4.0" in row, "CC-BY-NC-SA-4.0" in row) for row in rows] == [(True, False), (False, True)]
    assert all("https://example.org/modules | r1 | all of it" in row for row in rows)


def test_small_public_datasets_are_described_and_large_ones_listed(evidence_of):
    all_small = summarize(evidence_of(*STATED), Provider(large_dataset_share=1.0))
    assert "1 smaller datasets" in said(all_small, "2.1.d")
    assert "| Example modules" not in said(all_small, "2.1.c")


def test_the_crawler_section_says_what_the_manifest_says(summary):
    assert said(summary, "2.3.a") == "Yes: Example crawl."
    assert "ExampleBot/1" in said(summary, "2.3.b")
    assert "keeps to robots.txt" in said(summary, "2.3.d")
    assert "2026-01 to 2026-02" in said(summary, "2.3.e")
    n_bytes = sum(len(text.encode()) for text in TEXTS.values())
    assert f"| wikipedia.org | {n_bytes:,} | 2 |" in said(summary, "2.3.h")


@pytest.mark.parametrize(
    ("domains", "smaller", "n"),
    [
        (1, False, 1),
        (10, False, 1),
        (11, False, 2),
        (100, True, 5),
        (20_000, True, 1000),
        (20_000, False, 2000),
        (0, True, 0),
    ],
)
def test_how_many_domains_are_listed(domains, smaller, n):
    assert how_many(domains, smaller) == n


@pytest.mark.slow
def test_models_that_wrote_text_are_named(evidence_of):
    market = summarize(evidence_of(*STATED), Provider())
    assert "6 rows" in said(market, "2.5.a")
    assert "example/writer-7b" in said(market, "2.5.c")
    assert market.answers["2.5.d"].state is State.NOT_APPLICABLE
    own = summarize(evidence_of(*STATED), Provider(own_models=("example/",)))
    assert own.answers["2.5.c"].state is State.NOT_APPLICABLE
    assert MODEL in said(own, "2.5.d")


def test_programs_without_a_model_make_no_synthetic_data(evidence_of):
    below = summarize(evidence_of(*STATED, level="L4"), Provider())
    assert said(below, "2.5.a").startswith("No: no model wrote any of the text.")
    assert below.answers["2.5.c"].state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("engine", "name"),
    [("openai:a/b:c:0123", "a/b:c"), ("llama_cpp:small:0123:xllamacpp-1", "small"), ("scripted", "scripted")],
)
def test_names_of_models(engine, name):
    assert model_name(engine) == name


def test_reservations_are_counted(summary):
    assert "| `manifest` | 1 | 1 |" in said(summary, "3.1.b")


@pytest.mark.slow
def test_sources_without_a_class_leave_their_sections_open(evidence_of):
    found = summarize(evidence_of("bare"), FILLED)
    opened = {name for name, one in found.answers.items() if one.state is State.OPEN}
    assert {"2.1.a", "2.2.1.a", "2.2.2.a", "2.3.a", "2.4.a", "2.4.b", "2.6.a"} <= opened
    assert "these state no `collection.source_class`: bare" in said(found, "2.1.a")
    answered = summarize(evidence_of("bare"), FILLED.model_copy(update={"fields": {**FILLED.fields, "2.1.a": "Yes."}}))
    assert answered.answers["2.1.a"].state is State.PROVIDER


@pytest.mark.slow
def test_the_page_fetches_nothing_and_holds_no_text(summary):
    page = to_html(summary.markdown, "summary")
    tree = html.fromstring(page)
    assert not tree.xpath("//script|//link|//iframe|//*[starts-with(@src, 'http')]")
    ids = set(tree.xpath("//@id"))
    assert {link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")} <= ids
    assert SECRET not in page.lower()


def test_a_provider_file_is_checked(tmp_path):
    path = tmp_path / "provider.toml"
    path.write_text(blank_toml(), encoding="utf-8")
    blank = read_provider(path)
    assert blank == Provider()
    assert blank.dataset == DatasetStatements()
    path.write_text('[fields]\n"9.9.z" = "x"\n', encoding="utf-8")
    with pytest.raises(DarwinError, match=r"no field 9\.9\.z"):
        read_provider(path)
    path.write_text("= nonsense", encoding="utf-8")
    with pytest.raises(DarwinError, match="not valid TOML"):
        read_provider(path)


@pytest.mark.slow
def test_what_a_provider_says_is_shown_as_it_is(evidence_of):
    stated = Provider(fields={"1.1.a": "<script>x</script> | *y* https://example.org"})
    page = to_html(summarize(evidence_of("crawl"), stated).markdown, "summary")
    tree = html.fromstring(page)
    assert not tree.xpath("//script")
    assert "<script>x</script> | *y* https://example.org" in tree.text_content()


def test_ids_of_fields_are_unique():
    assert len(BY_ID) == len(FIELDS)
