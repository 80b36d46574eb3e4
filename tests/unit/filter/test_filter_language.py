import socket

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.filter.kernels.text_column import text_column
from darwin_assets.filter.language import LANGUAGE, SAMPLE_PART_CHARS, SAMPLE_PARTS, _samples, identify
from darwin_assets.filter.prose import prose
from darwin_assets.filter.rules import build_rules
from darwin_assets.filter.settings import FilterSettings

ENGLISH = (
    (
        "A spring stores energy when it is stretched, and gives it back when it is let go. The "
        "force grows in step with the distance, as long as the metal is not bent beyond what it "
        "can bear."
    ),
    (
        "## Buffers\n\nA buffer holds the $\\mathrm{pH}$ steady. If $\\mathrm{H^+}$ is added, "
        "the base takes it up:\n\n$$\\mathrm{A^- + H^+ \\rightleftharpoons HA}$$\n\nso that the "
        "ratio changes but little."
    ),
    (
        "The table lists the samples.\n\n| n | mean | sd |\n|---|---|---|\n| 10 | 3.2 | 0.4 |\n\n"
        "The mean of the second group is higher than we had expected before the trial began."
    ),
    (
        "To read the file, open it and loop over its lines:\n\n```python\nfor zeile in "
        "datei:\n    drucke(zeile)\n```\n\nEvery line is then printed once, in the order in "
        "which it was written."
    ),
    (
        "Cells divide in two ways. In the first, each daughter has as many chromosomes as its "
        "mother; in the second, half."
    ),
    (
        "Let $G$ be a group and $H$ a subgroup. Then the cosets of $H$ cut $G$ into parts of "
        "equal size, and therefore the order of $H$ divides that of $G$."
    ),
    ("Prices rose in spring, fell in summer and were back where they had been by the end of the year."),
    ("PLEASE READ THE NOTES BEFORE THE LECTURE AND BRING YOUR QUESTIONS TO THE SECOND HALF OF THE CLASS."),
)
OTHER = {
    "de": (
        "Eine Feder speichert Energie, wenn man sie dehnt, und gibt sie wieder ab, sobald man "
        "sie loslässt. Die Kraft wächst mit dem Weg, solange das Metall nicht überdehnt wird."
    ),
    "fr": (
        "Un ressort garde de l'énergie quand on l'étire et la rend dès qu'on le lâche. La force "
        "augmente avec la distance, tant que le métal n'est pas déformé."
    ),
    "es": (
        "Un muelle guarda energía cuando se estira y la devuelve cuando se suelta. La fuerza "
        "crece con la distancia mientras el metal no se deforme."
    ),
    "it": (
        "Una molla conserva energia quando viene tirata e la restituisce quando la si lascia "
        "andare. La forza cresce con la distanza finché il metallo non si piega."
    ),
    "nl": (
        "Een veer slaat energie op als je haar uitrekt en geeft die weer af als je haar loslaat. "
        "De kracht groeit mee met de afstand, zolang het metaal niet te ver buigt."
    ),
    "pt": (
        "Uma mola guarda energia quando é esticada e devolve-a quando é solta. A força cresce "
        "com a distância enquanto o metal não se deforma."
    ),
    "pl": (
        "Sprężyna gromadzi energię, gdy się ją rozciąga, i oddaje ją, gdy się ją puści. Siła "
        "rośnie wraz z odległością, dopóki metal się nie odkształci."
    ),
    "sv": (
        "En fjäder lagrar energi när den dras ut och ger tillbaka den när den släpps. Kraften "
        "växer med sträckan så länge metallen inte böjs för långt."
    ),
    "ru": (
        "Пружина запасает энергию, когда её растягивают, и отдаёт её, когда отпускают. Сила "
        "растёт вместе с расстоянием, пока металл не погнётся."
    ),
    "zh": "弹簧被拉伸时储存能量，松开时又把能量释放出来。只要金属没有弯曲过度，力就随着距离增大。",
    "ja": (
        "ばねは引き伸ばされるとエネルギーを蓄え、手を離すとそれを返します。金属が曲がりすぎない限"
        "り、力は距離とともに大きくなります。"
    ),
}
(THRESHOLD,) = (rule.low for rule in build_rules(FilterSettings()) if rule.id == "language.score")


def scores(texts, language="en"):
    return identify(map(prose, texts), language)


@pytest.mark.slow
def test_the_labelled_set_is_told_apart():
    """D15: F1 of "English" at the default threshold on the labelled set above."""
    kept_english = sum(score >= THRESHOLD for score in scores(ENGLISH)["language_score"])
    kept_other = sum(score >= THRESHOLD for score in scores(OTHER.values())["language_score"])
    precision, recall = kept_english / (kept_english + kept_other), kept_english / len(ENGLISH)
    assert 2 * precision * recall / (precision + recall) == 1.0
    assert scores(OTHER.values())["language"].to_list() == list(OTHER)


def test_the_score_is_that_of_the_language_asked_for():
    german = scores([OTHER["de"]], "de").row(0, named=True)
    assert german["language"] == "de"
    assert german["language_score"] > THRESHOLD
    assert scores([OTHER["de"]], "xx")["language_score"].item() == 0.0


def test_formulas_and_code_in_between_do_not_count():
    english = ENGLISH[0]
    foreign_code = "\n\n```\n" + OTHER["de"] + "\n```\n\n" + "$" + OTHER["fr"][:150] + "$"
    assert scores([english + foreign_code]).equals(scores([english + "\n\n\n\n \n\n "]))


@pytest.mark.parametrize("text", ["", " \n", "12 345 + 6", "$x$"])
def test_a_text_without_letters_has_no_language(text):
    assert scores([text]).row(0) == (None, 0.0)
    assert scores([text]).schema == LANGUAGE


def plain_sample(prose):
    """What is read of a prose, in plain Python."""
    if len(prose) > SAMPLE_PARTS * SAMPLE_PART_CHARS:
        step = (len(prose) - SAMPLE_PART_CHARS) / (SAMPLE_PARTS - 1)
        starts = (round(part * step) for part in range(SAMPLE_PARTS))
        prose = " ".join(prose[start : start + SAMPLE_PART_CHARS] for start in starts)
    return prose.replace("\n", " ")


@given(st.lists(st.sampled_from(["a", "é\n", "分", "b ", "𝒳"]), max_size=50), st.integers(0, 60))
def test_a_sample_is_a_short_text_whole_or_parts_of_a_long_one(parts, repeats):
    text = "a" + "".join(parts) * repeats
    [sample] = _samples(text_column(pl.Series([text])))
    assert sample == plain_sample(text)


@pytest.mark.parametrize(
    ("text", "sample"),
    [("12 +", None), ("", None), ("LOUD", "loud"), ("LOUDER n", "louder n"), ("A is b", "A is b"), ("ЛУК", "лук")],
)
def test_capitals_are_read_in_lower_case(text, sample):
    assert list(_samples(text_column(pl.Series([text])))) == [sample]


def test_a_long_text_is_sampled_from_beginning_to_end():
    half = OTHER["de"] * 40 + ENGLISH[0] * 40
    assert scores([half])["language_score"].item() < 0.9


def test_no_network_is_needed(monkeypatch):
    from darwin_assets.normalize.language_model import language_model

    def refuse(*_args, **_keywords):
        raise AssertionError("the network was used")

    language_model.cache_clear()
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert scores([ENGLISH[0]])["language"].item() == "en"
