from typing import Any

import pytest

from darwin_assets.closed_loop.columns import LABELS
from darwin_assets.closed_loop.label import benchmark as benchmarks
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.label import operations as families
from darwin_assets.closed_loop.label.benchmark import READ, known_of
from darwin_assets.closed_loop.label.form import form_of
from darwin_assets.closed_loop.label.item import Item, shown
from darwin_assets.closed_loop.label.rules import READ_OFF, STATED, UNSURE
from darwin_assets.closed_loop.taxonomy import OTHER, Slice, taxonomy
from tests.unit.closed_loop.label.samples_shown import samples_of

# The 16 benchmarks of papers.md §2.1, as harnesses name them, and what stands in ../shared/data.
NAMED = {
    "knowledge_choice": ["mmlu", "mmlu_0_shot", "mmlu_pro", "MMLU-Pro", "mmlu_pro_plus", "ceval-valid", "C-Eval", "cmmlu",
                         "agieval_cn", "AGIEval-CN", "arc_easy", "arc_challenge", "leaderboard_mmlu_pro"],
    "commonsense_choice": ["piqa", "PIQA", "hellaswag", "HellaSwag"],
    "factual_recall": ["triviaqa", "trivia_qa", "1-1"],
    "reading_comprehension": ["race", "RACE-middle", "drop", "squad_v2", "PubMedQA"],
    "mathematical_problem": ["gsm8k", "gsm8k_cot", "mathqa", "math_500", "MATH-500", "hendrycks_math", "minerva_math",
                             "math_perturbed_full", "scibench-physics", "aime24"],
    "code_generation": ["mbpp", "mbpp_plus", "humaneval", "HumanEval"],
    "logic_puzzle": ["bbh", "bbh_cot_fewshot", "BIG-Bench Hard"],
    "judgement": ["anli", "mnli", "rte"],
}  # fmt: skip


def labelled(**row: Any) -> dict[str, Any]:
    (found,) = label(samples_of(row)).to_dicts()
    return found


@pytest.mark.parametrize(
    ("name", "task_type"), [(name, task_type) for task_type, names in NAMED.items() for name in names]
)
def test_a_benchmark_is_known_however_a_harness_writes_its_name(name: str, task_type: str):
    found = known_of(name, None, "17", calculated=False)
    assert found is not None
    assert found.task_type == task_type


@pytest.mark.parametrize("name", ["aftermath", "archive", "dropout", "racecar", "wmt14", "11", "1-1-1", "4-1"])
def test_a_name_that_only_holds_another_is_not_taken_for_it(name: str):
    assert known_of(name, None, "1_1", calculated=False) is None


@pytest.mark.parametrize(
    ("benchmark", "subset", "item_id", "operations"),
    [
        ("bbh", "navigate", "3", ["arithmetic", "state_tracking"]),
        ("bbh_cot_fewshot_navigate", None, "3", ["arithmetic", "state_tracking"]),
        ("bbh", "tracking_shuffled_objects_seven_objects", "3", ["state_tracking"]),
        ("bbh", "some_new_task", "3", ["deduction"]),
        ("1-1", None, "1_2", ["retrieval"]),
        ("2-1", None, "1_1", ["constraint_tracking"]),
    ],
)
def test_a_part_of_a_benchmark_is_known_by_its_name(benchmark, subset, item_id, operations):
    found = labelled(benchmark=benchmark, subset=subset, item_id=item_id, question="Is it so?")
    assert found["operations"] == operations
    assert found["confidence"] == STATED


def test_what_the_files_state_are_values_of_the_taxonomy():
    known = taxonomy().evaluation
    for entry in benchmarks._benchmarks():
        for part in (entry.whole, *entry.parts):
            for values in (part.values, part.calculated):
                for field in ("background", "task_type", "form", "scorer", "rigidity"):
                    assert values.get(field, OTHER) in {*known[field], READ}
                assert {*values.get("always", ()), *values.get("otherwise", ())} <= set(known["operations"])
                assert values.get("read") in {None, *families._families()}
    for rules in families._families().values():
        assert {rule.operation for rule in rules} <= set(known["operations"])


# Questions of our own, in the manner of the benchmarks; the operations are those beside arithmetic.
WORD_PROBLEMS = [
    ("A pen costs 3 dollars and a book 12 dollars. What do four pens and a book cost?", set()),
    ("Ana has 6 more shells than Ben. Ben has 9 shells. How many shells has Ana?", {"comparison"}),
    ("A vine doubles its length every day. How long is it after 5 days if it starts at 2 inches?", {"state_tracking"}),
    ("A pump moves 8 quarts a minute. How many gallons does it move in 6 minutes?", {"unit_handling"}),
    ("Eggs come in boxes of 6. How many boxes must Ida buy if she needs 20 eggs?", {"boundary_cases"}),
    ("The first 10 km cost 2 dollars each, and then it is 1 dollar for every additional km. What do 14 km cost?",
     {"case_analysis"}),
    ("Tom may carry at most 40 pounds. Each stone weighs 6 pounds. How many stones can he take?", {"constraint_tracking"}),
    ("In 5 years Kim will be twice as old as Lee. Lee is 8. How old is Kim?", {"comparison", "symbolic_transformation"}),
]  # fmt: skip


@pytest.mark.parametrize(("question", "more"), WORD_PROBLEMS)
def test_a_word_problem_shows_what_it_takes(question: str, more: set[str]):
    found = labelled(benchmark="gsm8k", question=question, gold=["#### 5"])
    assert set(found["operations"]) == {"arithmetic", *more}
    assert found["confidence"] == READ_OFF


MATHEMATICS = [
    ("What is $17 + 28$?", "45", {"arithmetic"}, "none", "number"),
    ("Solve $3x + 4 = 19$ for $x$.", "x=5", {"symbolic_transformation"}, "none", "number"),
    ("In how many ways can 5 books stand on a shelf?", "120", {"counting"}, "short_context", "number"),
    ("Find the smallest value of $x^2 - 4x$.", "-4", {"comparison", "symbolic_transformation"}, "none", "number"),
    ("Write $0.\\overline{27}$ as a common fraction.", "\\frac{3}{11}", {"format_conversion"}, "none", "number"),
    ("Solve $|x-2| = 2x - 7$.", "5", {"case_analysis", "symbolic_transformation"}, "none", "number"),
    ("What is the domain of $\\frac{1}{x-3}$?", "(-\\infty,3)\\cup(3,\\infty)",
     {"boundary_cases", "symbolic_transformation"}, "none", "expression"),
    ("Find the units digit of $3^{50}$.", "9", {"arithmetic", "induction"}, "none", "number"),
    ("A number is called odious if it has an odd count of ones. Name two.", "1, 2", {"arithmetic"}, "rules", "list"),
    ("What is the area? [asy] draw((0,0)--(3,0)); [/asy]", "\\frac{9}{2}", {"arithmetic"}, "figure", "number"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "gold", "operations", "background", "form"), MATHEMATICS)
def test_mathematics_shows_what_it_takes(question, gold, operations, background, form):
    found = labelled(benchmark="math_500", question=question, gold=[gold])
    assert (set(found["operations"]), found["background"], found["form"]) == (operations, background, form)


def test_an_operation_that_is_only_supposed_is_not_sure():
    found = labelled(benchmark="math_500", question="What is the colour of it?", gold=["1"])
    assert (found["operations"], found["confidence"]) == (["arithmetic"], UNSURE)


def test_options_that_are_results_make_a_calculation_of_a_question_of_knowledge():
    prompt = "Which gas is it?\n(A) argon\n(B) neon\n(C) helium\n(D) krypton"
    known = labelled(benchmark="mmlu", subset="high_school_chemistry", question="Which gas is it?", prompt=prompt)
    assert (known["task_type"], known["operations"]) == ("knowledge_choice", ["retrieval"])
    worked = labelled(
        benchmark="mmlu",
        subset="high_school_chemistry",
        question="How much heat is set free?",
        prompt="How much heat is set free?\nA. 12 kJ\nB. 24 kJ\nC. 3.6 kJ\nD. 48 kJ\nAnswer:",
    )
    assert (worked["task_type"], worked["operations"]) == ("mathematical_problem", ["arithmetic", "retrieval"])
    assert worked["form"] == "option_letter"


@pytest.mark.parametrize("asked", ["", "\nAnswer:", "\n\nA:", "\nSolution: Let us see."])
def test_options_behind_a_colon_are_no_request_for_an_answer(asked):
    prompt = f"Where is the tower?\nA: Paris\nB: London{asked}"
    found = shown(Item("1", "house_quiz", None, "1", None, prompt, ("A",), written=True))
    assert (found.question, found.options) == ("Where is the tower?", ("Paris", "London"))


@pytest.mark.parametrize("asked", ["\nA:", "\nA: The answer is", "\n\nA: It is\n"])
def test_a_request_for_an_answer_is_no_option(asked):
    found = shown(Item("1", "house_quiz", None, "1", None, f"Q: How many are there?{asked}", ("A",), written=True))
    assert (found.question, found.options) == ("How many are there?", ())


def test_an_item_of_an_unknown_benchmark_is_other_and_nothing_is_sure():
    found = labelled(benchmark="house_quiz", question="Who is it?\nA. he\nB. she", gold=["A"])
    assert (found["task_type"], found["operations"], found["scorer"]) == (OTHER, [OTHER], OTHER)
    assert (found["form"], found["confidence"]) == ("option_letter", 0.0)


def test_an_item_of_no_benchmark_is_one_of_an_unknown_benchmark():
    assert labelled(benchmark=None, item="1")["task_type"] == OTHER


def test_options_that_were_only_weighed_are_scored_by_likelihood():
    rows = [{"item_id": "1", "output": None}, {"item_id": "1", "output": None, "checkpoint": "n"}]
    (weighed,) = label(samples_of(*[{"benchmark": "piqa", "question": "Cut it?"} | row for row in rows])).to_dicts()
    assert (weighed["scorer"], weighed["rigidity"]) == ("likelihood", "free")
    rows[1]["output"] = "A"
    (written,) = label(samples_of(*[{"benchmark": "piqa", "question": "Cut it?"} | row for row in rows])).to_dicts()
    assert (written["scorer"], written["rigidity"]) == ("exact_match", "must_stop")


def test_an_item_has_one_label_whoever_was_asked_and_in_whatever_order():
    question = "Ana has 6 more shells than Ben. Ben has 9 shells. How many shells has Ana?"
    rows = [
        {"item_id": "1", "prompt": f"Question: {question}\nAnswer:", "question": None},
        {"item_id": "1", "question": question, "checkpoint": "n", "prompt": f"Let's see.\n\n{question}"},
        {"item_id": "2", "question": "What are 3 pens and 4 pens?"},
    ]
    samples = samples_of(*rows)
    found = label(samples)
    assert found.schema == LABELS
    assert found["item"].to_list() == sorted({*samples["item"]})
    assert found.equals(label(samples.reverse()))
    assert found.equals(label(samples.filter(checkpoint="m")))


def test_what_could_not_be_read_has_no_label():
    samples = samples_of({"question": "Is it?"}, {"item": None, "error": "line.not_json", "benchmark": None})
    assert label(samples).height == 1
    assert label(samples.clear()).height == 0


def test_a_question_is_found_behind_worked_examples():
    shots = "Answer in words.\n\nQ: Take 3 steps. Turn around.\nA: no\n\nQ: {}\nA:"
    alone, behind = (
        labelled(benchmark="math_500", question=question, prompt=prompt, gold=["2"])
        for question, prompt in (("What is $1+1$?", None), (None, shots.format("What is $1+1$?")))
    )
    assert alone["slice"] == behind["slice"]


CATS, GAS = "How many legs have 3 cats?", "Which gas is it?"


@pytest.mark.parametrize(
    ("prompt", "question"),
    [
        (f"HUMAN: Question: What is $1+1$?\nAnswer:\n\nBOT: 2\n\nHUMAN: Question: {CATS}\nAnswer:", CATS),
        (f"user: What is $1+1$?\n\nassistant: 2\n\nuser: {CATS}\n\nassistant: The answer is", CATS),
        (f"Choose.\n\nWho?\nA. she\nB. he\nAnswer: B\n\n{GAS}\nA. argon\nB. neon\nAnswer:", GAS),
        (f"Choose.\n\nWho?\nA: she\nB: he\nAnswer: B\n\n{GAS}\nA: argon\nB: neon\nAnswer:", GAS),
        (f"Who?\nSolution: it is\nher.\n\n{CATS}\n\nThey are all well.\nSolution:", f"{CATS}\n\nThey are all well."),
        # one item with two marks, and one whose words are those of a turn
        (f"{CATS}\nAnswer: let us think.\n\nSolution:", CATS),
        (f"{CATS}\n\nuser: me", f"{CATS}\n\nuser: me"),
    ],
)
def test_of_a_prompt_with_worked_examples_the_last_item_is_read(prompt: str, question: str):
    assert shown(Item("1", "house_quiz", None, "1", None, prompt, ("A",), written=True)).question == question


def test_the_name_of_a_slice_holds_what_stands_in_the_columns():
    found = labelled(benchmark="gsm8k", question="What are 3 pens and 4 pens?")
    one = Slice.of_name(found["slice_name"])
    assert one.id == found["slice"]
    assert [one.background, one.task_type, [*one.operations], one.form] == [
        found[field] for field in ("background", "task_type", "operations", "form")
    ]


@pytest.mark.parametrize(
    ("gold", "form"),
    [
        ("12", "number"), ("-3.5", "number"), ("1,234", "number"), ("10,\\!000", "number"), ("\\frac{3}{4}", "number"),
        ("137 \\frac12", "number"), ("52_8", "number"), ("\\$14.40", "number"), ("90^\\circ", "number"), ("25\\%", "number"),
        ("15\\mbox{ cm}^2", "number"), ("x=5", "number"), ("A: so \\boxed{7}", "number"),
        ("3\\sqrt{5}", "expression"), ("x^2+1", "expression"), ("[2,5)", "expression"), ("15x - 80", "expression"),
        ("(3,4)", "list"), ("1 \\pm \\sqrt{19}", "list"), ("1, 2, 3", "list"),
        ("\\text{east}", "short_span"), ("True", "short_span"), ("(C)", "option_letter"), ("\\text{(B)}", "option_letter"),
        ("It grows because it rains: 3 times.", "free_text"),
    ],
)  # fmt: skip
def test_the_form_is_that_of_the_right_answer(gold: str, form: str):
    assert form_of([gold]) == form


def test_without_a_right_answer_the_form_is_other():
    assert form_of([]) == OTHER
