"""Fills the generated parts of the pages in this folder from the code: `python docs/build.py`, or `--check` to compare.

A generated part stands between `<!-- begin NAME -->` and `<!-- end -->`, where NAME is a function of `PARTS`. Everything
else on a page is written by hand.
"""

import ast
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import yaml
from pydantic.fields import FieldInfo

from checks.suites import Suite, load_suite
from darwin_assets.acquire.records import RULES as READER_RULES
from darwin_assets.acquire.signals import CODES as OPT_OUTS
from darwin_assets.closed_loop.diagnose.verdict import CAUSES, LEADS_TO, VERDICTS
from darwin_assets.closed_loop.mapping import Rule
from darwin_assets.closed_loop.mapping import rules as mapping_rules_of
from darwin_assets.closed_loop.taxonomy import taxonomy
from darwin_assets.complete import guards as complete_guards
from darwin_assets.decontamination import verdict
from darwin_assets.filter.rules import (
    EXACT_DUPLICATE,
    NEAR_DUPLICATE,
    REPEATED_PARAGRAPHS,
    REPEATED_WINDOWS,
    URL_DUPLICATE,
    all_rules,
    build_rules,
)
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.ladder import ASSETS, QUESTION_ASSETS, SPECS
from darwin_assets.levels import LEVELS
from darwin_assets.lineage.compare import STATUSES
from darwin_assets.policy.settings import Policy, Purpose
from darwin_assets.privacy import KINDS as PERSONAL_DATA
from darwin_assets.privacy.find import PLACEHOLDERS
from darwin_assets.recipe import Recipe, own_settings, sections
from darwin_assets.refine import guards as refine_guards
from darwin_assets.refine.recipes import RECIPES
from darwin_assets.refine.rules import COVERAGE
from darwin_assets.textbook_reasoning import books, deduplicate, select
from darwin_assets.textbook_reasoning.asked import extract as asked_extract
from darwin_assets.textbook_reasoning.asked import refine as asked_refine
from darwin_assets.textbook_reasoning.extract import reasons
from darwin_assets.textbook_reasoning.levels import extraction
from darwin_assets.tier_twins.assets import tier_twins
from darwin_assets.tiers import PRESETS
from resources.embedder import Embedder
from resources.language_model import LanguageModel
from resources.language_model.call_table import COLUMNS as CALL_COLUMNS
from resources.language_model.resource import NUMBERS
from resources.language_model.served_model import ServedModel

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))
PART = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

ENVIRONMENT: dict[str, tuple[str, str]] = {
    "DARWIN_HOME": (".darwin", "Folder below which everything else lies unless said otherwise."),
    "DARWIN_LAKE": ("$DARWIN_HOME/lake", "Folder of the lake, or an object store URL such as `s3://bucket/lake`."),
    "DARWIN_LANDING": ("$DARWIN_HOME/landing", "Landing zone: a local or mounted folder."),
    "DARWIN_RECIPE": ("$DARWIN_HOME/recipe.toml", "Recipe file."),
    "DARWIN_BENCHMARKS": (
        "$DARWIN_HOME/benchmarks/benchmarks.toml",
        "Manifest of the [benchmarks](decontamination.md) that training data must not repeat; their files lie beside it.",
    ),
    "DARWIN_POLICY": (
        "$DARWIN_HOME/policy.toml",
        "[Policy](licences.md) file: what may be exported for which purpose.",
    ),
    "DARWIN_PREVIEW_CHARS": ("80", "Characters of a document that a preview in the UI may show; 0 shows none."),
    "DARWIN_EXECUTOR": (
        "in_process",
        "Where steps run: `in_process`, or `ray` for the cluster at `RAY_ADDRESS` (extra `ray`).",
    ),
    "DARWIN_PARSERS": ("processors, at most 4", "Processes that parse documents side by side; changes no result."),
    "DARWIN_STORAGE_*": ("", "Options of an object store, see [deployment](deployment.md)."),
    "DARWIN_LLM_ENGINE": (
        "implied",
        "`rules`, `openai`, `llama_cpp`, `vllm` or `scripted`; implied by a URL, a GGUF or an executable of vLLM.",
    ),
    "DARWIN_LLM_URL": ("", "Address of an OpenAI-compatible server, ending in `/v1`; several by commas."),
    "DARWIN_LLM_MODEL": (
        "",
        "Model name as the server lists it, may be empty where it lists one; for `vllm` a model folder, or `name@revision`.",
    ),
    "DARWIN_LLM_API_KEY": ("", "Key for the server."),
    "DARWIN_LLM_GGUF": ("", "Path of a GGUF file, for `llama_cpp`."),
    "DARWIN_LLM_VLLM": ("vllm", "Executable of vLLM, for `vllm`."),
    "DARWIN_LLM_VLLM_ARGUMENTS": ("", "More arguments of `vllm serve`, as on a command line."),
    "DARWIN_LLM_WINDOW": ("64", "Requests in flight, over all servers."),
    "DARWIN_LLM_PRICE_INPUT": ("0", "[Price](costs.md) of a million prompt tokens."),
    "DARWIN_LLM_PRICE_CACHED_INPUT": ("that of others", "Price of a million prompt tokens from a prefix cache."),
    "DARWIN_LLM_PRICE_OUTPUT": ("0", "Price of a million tokens of answers."),
    "DARWIN_LLM_PRICE_HOUR": ("0", "Price of an hour of one server."),
    "DARWIN_LLM_BUDGET_TOKENS": ("", "Prompt and answer tokens that a step may spend."),
    "DARWIN_LLM_BUDGET_COST": ("", "Money that a step may spend, by the prices."),
    "DARWIN_JUDGE_ENGINE": ("implied", "The [judge](prompts.md): `none`, else as for the language model."),
    "DARWIN_JUDGE_URL": ("", "Address of the judge's server; without a judge the language model judges itself."),
    "DARWIN_JUDGE_MODEL": ("", "Model name as the server lists it; may be empty where it lists one."),
    "DARWIN_JUDGE_API_KEY": ("", "Key for the server."),
    "DARWIN_JUDGE_GGUF": ("", "Path of a GGUF file, for `llama_cpp`."),
    "DARWIN_JUDGE_WINDOW": ("64", "Requests in flight, over all servers."),
    "DARWIN_VISION_ENGINE": (
        "implied",
        "The vision model that reads scans at L1: `none`, `openai` or `vllm`, found as above.",
    ),
    "DARWIN_VISION_URL": ("", "Address of its server; without a vision model scans are rejected."),
    "DARWIN_VISION_MODEL": ("", "Model name as the server lists it; for `vllm` a model folder, or `name@revision`."),
    "DARWIN_VISION_API_KEY": ("", "Key for the server."),
    "DARWIN_VISION_VLLM": ("vllm", "Executable of vLLM, for `vllm`."),
    "DARWIN_VISION_VLLM_ARGUMENTS": ("", "More arguments of `vllm serve`, as on a command line."),
    "DARWIN_VISION_WINDOW": ("64", "Requests in flight, over all servers."),
    "DARWIN_EMBEDDER_ENGINE": (
        "implied",
        "`none`, `minilm`, `sentence_transformers`, or as implied by a URL, GGUF or vLLM: `openai`, `llama_cpp`, `vllm`.",
    ),
    "DARWIN_EMBEDDER_URL": ("", "Address of a server of `/v1/embeddings`, ending in `/v1`; several by commas."),
    "DARWIN_EMBEDDER_MODEL": (
        "",
        "Model name as the server lists it, may be empty where it lists one; for `sentence_transformers` a model folder.",
    ),
    "DARWIN_EMBEDDER_API_KEY": ("", "Key for the server."),
    "DARWIN_EMBEDDER_GGUF": ("", "Path of a GGUF file of an embedding model, for `llama_cpp`."),
    "DARWIN_EMBEDDER_VLLM": ("vllm", "Executable of vLLM, for `vllm`."),
    "DARWIN_EMBEDDER_VLLM_ARGUMENTS": ("", "More arguments of `vllm serve`, as on a command line."),
    "DARWIN_EMBEDDER_WINDOW": ("16", "Requests in flight, over all servers."),
    "DAGSTER_HOME": ("$DARWIN_HOME/dagster", "Dagster's own storage and its `dagster.yaml`."),
}
MODEL_VARIABLES = {
    "engine": "ENGINE",
    "base_urls": "URL",
    "model": "MODEL",
    "api_key": "API_KEY",
    "gguf": "GGUF",
    "vllm": "VLLM",
    "vllm_arguments": "VLLM_ARGUMENTS",
    "window": "WINDOW",
    **{name: name.upper() for name in NUMBERS},
}
OTHER_RULES = {
    "L3": {
        "annotate.no_words": "No letters in the text.",
        "annotate.document_type": "A type without educational value; the detail names it, the value is its probability.",
        "annotate.education_score": "Educational value below `min_education_score`.",
        "annotate.toxicity": "Toxicity above `max_toxicity`; only with `drop_by_toxicity`.",
        "annotate.perplexity": "Perplexity outside of its band of percentiles; only with `drop_by_perplexity`.",
    },
    "L4": {
        "refine.cleaned_share": "A failure: too many chunks kept their original text, because every answer was refused.",
        "refine.nothing_left": "Cleaning left no text.",
    },
}


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    names = list(header)
    lines = [names, ["---"] * len(names), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def environment() -> str:
    rows = (
        (f"`{name}`", f"`{default}`" if default else "", meaning) for name, (default, meaning) in ENVIRONMENT.items()
    )
    return table(("variable", "default", "meaning"), rows)


def recipe() -> str:
    """Every section of the recipe file."""
    others = {"tier_twins": "links between tiers", "closed_loop": "closed loop"}
    stages = {**{spec.stage: level for level, spec in SPECS.items()}, **others}
    parts = []
    for name, section in sections(Recipe()):
        rows = ((f"`{one}`", value(default), literal(words)) for one, default, words in own_settings(section))
        stage = stages[name.partition(".")[0]]
        parts.append(f"### `[{name}]`, {stage}\n\n" + table(("setting", "default", "meaning"), rows))
    return "\n\n".join(parts)


def value(setting: object) -> str:
    """A default as it stands in a recipe file."""
    return f"`{json.dumps(list(setting) if isinstance(setting, tuple) else setting, ensure_ascii=False)}`"


def words(field: FieldInfo) -> str:
    """What a setting means, as Markdown."""
    return literal(field.description or "")


def literal(description: str) -> str:
    """A description in which a bracket opens no link."""
    return description.replace("[", "\\[")


def model() -> str:
    """Fields of the language model resource."""
    return fields_of(LanguageModel)


def calls() -> str:
    """Columns of the call ledger."""
    return table(("column", "meaning"), ((f"`{name}`", meaning) for name, (_, meaning) in CALL_COLUMNS.items()))


def embedder() -> str:
    """Fields of the embedder resource."""
    return fields_of(Embedder)


def fields_of(resource: type[ServedModel]) -> str:
    rows = (
        (
            f"`{name}`",
            f"`{resource.variables}_{MODEL_VARIABLES[name]}`" if name in MODEL_VARIABLES else "",
            value(field.default),
            words(field),
        )
        for name, field in resource.model_fields.items()
    )
    return table(("field", "variable", "default", "meaning"), rows)


def pools() -> str:
    """Concurrency, from `dagster.yaml` and the assets."""
    limits = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))["concurrency"]
    members: dict[str, list[str]] = {}
    for asset in (*ASSETS, *QUESTION_ASSETS, tier_twins):
        if asset.op.pool:
            members.setdefault(asset.op.pool, []).append(f"`{asset.key.to_user_string()}`")
    rows = [
        ("runs at a time", limits["runs"]["max_concurrent_runs"], "every run is one process and one batch"),
        *((f"pool `{name}`", limits["pools"]["default_limit"], ", ".join(assets)) for name, assets in members.items()),
    ]
    return table(("what", "limit", "holds"), rows)


def levels() -> str:
    """What each level may do, from `levels.py`."""
    assets = {level: f"`{spec.asset}`" for level, spec in SPECS.items()}
    yes = {True: "yes", False: "no"}
    rows = (
        (name, one.title, one.actor, yes[one.may_drop], yes[one.may_edit], yes[one.may_add], one.ultradata_tier,
         assets.get(name, "not built")) for name, one in LEVELS.items()
    )  # fmt: skip
    return table(("level", "name", "actor", "may drop", "may edit", "may add", "UltraData tier", "asset"), rows)


def tiers() -> str:
    """What each UltraData tier means and may train in both readings, from `tiers.py`."""
    rows = (
        (name, one.title, preset, one.sense, ", ".join(phase.replace("_", " ") for phase in one.phases) or "nothing")
        for preset, named in PRESETS.items() for name, one in named.items()
    )  # fmt: skip
    return table(("tier", "name", "preset", "sense", "phases that may use it"), rows)


def rules() -> str:
    """Every id that a rejected row can bear, level by level."""
    parts = [
        "### L0: files and records that hold no document\n\n"
        + table(("rule", "meaning and what to do"), ((f"`{rule}`", what) for rule, what in READER_RULES.items())),
        "### L1: documents that no parser can turn into text\n\n"
        + ", ".join(f"`{rule}`" for rule in parser_rules())
        + ".",
        "### L2: rules over signals, then duplicates\n\n"
        + table(("rule", "signal", "kept when", "source"), [*signal_rules(), *twin_rules()]),
    ]
    for level, found in {**OTHER_RULES, **question_rules()}.items():
        rows = ((f"`{rule}`", what) for rule, what in found.items())
        parts.append(f"### {level}\n\n" + table(("rule", "meaning"), rows))
    return "\n\n".join(parts)


def question_rules() -> dict[str, dict[str, str]]:
    """Of the levels of questions: rule and meaning."""
    return {
        "Q1": {**books.RULES, extraction.NO_QUESTION: extraction.MEANING, **reasons.RULES, **asked_extract.RULES},
        "Q2": deduplicate.RULES,
        "Q3": asked_refine.RULES,
        "Q4": verdict.RULES,
        "Q5": select.RULES,
    }


def signal_rules() -> Iterator[tuple[str, ...]]:
    for rule in build_rules(FilterSettings()):
        yield f"`{rule.id}`", f"`{rule.signal}`", rule.threshold, rule.source.split(", papers.md")[0]


def presets() -> str:
    """Every rule of every preset, from `filter/presets/`."""
    rows = (
        (f"`{rule.id}`", f"`{rule.signal}`", rule.threshold, rule.action, rule.source.split(", papers.md")[0])
        for rule in all_rules()
    )
    return table(("rule", "signal", "kept when", "else", "source"), rows)


def twin_rules() -> list[tuple[str, ...]]:
    settings = FilterSettings()
    return [
        (f"`{EXACT_DUPLICATE}`", "`exact_key`", "no twin before it", "Darwin L2"),
        (f"`{NEAR_DUPLICATE}`", "`similarity`", f"below {settings.min_jaccard}", "Darwin L2, verified"),
        (
            f"`{URL_DUPLICATE}`",
            "`similarity`",
            f"below {settings.min_url_jaccard}, at the same URL",
            "Darwin L2, verified",
        ),
        (f"`{REPEATED_PARAGRAPHS}`", "`repeated_paragraph_share`", "always, unless a share is set", "own"),
        (f"`{REPEATED_WINDOWS}`", "`repeated_window_share`", "always, unless a share is set", "Lee et al. 2022"),
    ]


def parser_rules() -> list[str]:
    """First arguments of every `Unreadable(...)` in the parsers: L1 keeps no list of its own."""
    found = set()
    for path in (ROOT / "darwin_assets" / "normalize").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unreadable" and node.args:
                rule = node.args[0]
                if not (isinstance(rule, ast.Constant) and isinstance(rule.value, str)):
                    raise ValueError(f"{path.name}:{node.lineno}: the rule id of Unreadable must stand there as it is")
                found.add(rule.value)
    return sorted(found)


def coverage() -> str:
    """What the rules engine does of the catalogue of L4."""
    return table(("rule", "the rules engine"), ((f"`{rule}`", what) for rule, what in COVERAGE.items()))


def guards() -> str:
    """What an answer is measured by, at L4 and L5."""
    parts = (("L4", refine_guards.GUARDS), ("L5", complete_guards.GUARDS))
    rows = ((level, f"`{one.__name__}`", summary(one)) for level, found in parts for one in found)
    return table(("level", "guard", "measures"), rows)


def summary(function: Callable[..., object]) -> str:
    """The first paragraph of a docstring, without the number of the rule in front of it."""
    paragraph = (function.__doc__ or "").strip().split("\n\n")[0]
    return re.sub(r"^[FOT]\d: ", "", " ".join(paragraph.split()))


def recipes_of_l4() -> str:
    """Which guards bind the answers to each recipe."""
    rows = (
        (
            f"`{name}`",
            f"`{one.prompt.stem}`",
            ", ".join(f"`{guard.__name__}`" for guard in refine_guards.GUARDS if guard.__name__ not in one.free),
            ", ".join(f"`{guard.__name__}`" for guard in one.own) or "none",
            ", ".join(f"`{guard}`" for guard in sorted(one.free)) or "none",
        )
        for name, one in RECIPES.items()
    )
    return table(("recipe", "prompt", "guards that bind it", "guards of its own", "guards that do not bind it"), rows)


def suites() -> str:
    """How much each suite holds."""
    found = [load_suite(level) for level in SPECS]
    rows = (
        (one.level, len(one.rows), len(one.batch), warnings(one), f"`checks/suites/{one.level.lower()}.yaml`")
        for one in found
    )
    return table(("level", "expectations on rows", "on the batch", "of them warnings", "file"), rows)


def warnings(suite: Suite) -> int:
    return sum(one.severity == "warning" for one in (*suite.rows, *suite.batch))


def replay_statuses() -> str:
    return table(("status", "meaning"), [(f"`{name}`", meaning) for name, meaning in STATUSES.items()])


def opt_outs() -> str:
    """Every opt-out signal, from `acquire/signals`."""
    return table(("code", "what was said"), ((f"`{code}`", meaning) for code, meaning in OPT_OUTS.items()))


def purposes() -> str:
    """What a purpose of the policy permits by default, from `policy/settings.py`."""
    policy = Policy()
    rows = (
        (f"`{name}`", *(value(getattr(one, name)) for one in policy.purposes.values()), words(setting))
        for name, setting in Purpose.model_fields.items()
        if name not in ("opt_outs", "pii")
    )
    return table(("setting", *policy.purposes, "meaning"), rows)


def personal_data() -> str:
    """Kinds of personal data with their placeholders, from `privacy`."""
    rows = ((f"`{kind}`", f"`{PLACEHOLDERS[kind]}`", meaning) for kind, meaning in PERSONAL_DATA.items())
    return table(("kind", "placeholder", "what is taken for one"), rows)


def verdicts() -> str:
    """What a diagnosis can say of a cell."""
    return table(("verdict", "meaning"), ((f"*{name}*", meaning) for name, meaning in VERDICTS.items()))


def causes() -> str:
    """What a diagnosis can find, with the verdict that it leads to."""
    rows = ((f"`{name}`", f"*{LEADS_TO[name]}*", meaning) for name, meaning in CAUSES.items())
    return table(("cause", "verdict", "meaning"), rows)


def evaluation_taxonomy() -> str:
    """The values of every field of an evaluation item, from `closed_loop/taxonomy.yaml`."""
    return vocabularies(taxonomy().evaluation)


def data_taxonomy() -> str:
    """The values of every field of a document, from `closed_loop/taxonomy.yaml`."""
    return vocabularies({name: values for name, values in taxonomy().data.items() if name != "operations"})


def mapping_rules() -> str:
    """What each rule is about and what it proposes, from `closed_loop/mapping_rules.yaml`."""
    rows = ((f"`{rule.id}`", _when(rule), _then(rule), rule.action, rule.rationale) for rule in mapping_rules_of())
    return table(("rule", "a weakness with", "rows with", "action", "why it may help"), rows)


def _when(rule: Rule) -> str:
    fields = {"task type": rule.when.task_type, "background": rule.when.background, "form": rule.when.form}
    said = [f"{name} {' or '.join(values)}" for name, values in fields.items() if values]
    operations = [f"operations {' and '.join(rule.when.operations)}"] if rule.when.operations else []
    return ", ".join([*said, *operations, f"{100 * rule.when.min_weakness:g} points or more"])


def _then(rule: Rule) -> str:
    fields = {"about": rule.then.content_world, "as": rule.then.discourse}
    said = [f"{name} {' or '.join(values)}" for name, values in fields.items() if values]
    operations = " and ".join(rule.then.operations) or "the operations of the weakness"
    return ", ".join([*said, operations, f"density {rule.then.min_supervision_density} or more"])


def vocabularies(fields: Mapping[str, Mapping[str, str]]) -> str:
    rows = ((f"`{name}`", f"`{value}`", words) for name, values in fields.items() for value, words in values.items())
    return table(("field", "value", "meaning"), rows)


PARTS: dict[str, Callable[[], str]] = {
    one.__name__: one
    for one in (
        environment,
        recipe,
        model,
        calls,
        embedder,
        pools,
        levels,
        tiers,
        rules,
        presets,
        coverage,
        guards,
        recipes_of_l4,
        suites,
        replay_statuses,
        opt_outs,
        purposes,
        personal_data,
        verdicts,
        causes,
        evaluation_taxonomy,
        data_taxonomy,
        mapping_rules,
    )
}


def filled(page: str) -> str:
    """A page with its generated parts made anew. KeyError for a part that does not exist."""
    return PART.sub(lambda part: f"{part[1]}{PARTS[part[2]]()}\n{part[3]}", page)


def main(arguments: list[str]) -> int:
    stale = []
    for path in PAGES:
        page = path.read_text(encoding="utf-8")
        if filled(page) != page:
            stale.append(path.name)
            if "--check" not in arguments:
                path.write_text(filled(page), encoding="utf-8")
    print(", ".join(stale) or "nothing", "differed from the code")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
