"""Profanity: whole listed words in several languages; names, medicine and other languages' words are not lost."""

import pytest

from darwin_assets.normalize.clean.profanity import PACKAGED_LIST, masked, profanity_word_share, word_list

HARMLESS = """\
Scunthorpe, Penistone, Lightwater, Essex, Cockermouth, Clitheroe
The penis, the vagina, the anus and the rectum are described in chapter 4; breast cancer, sexual reproduction.
Fick's law of diffusion; Dick and Harry; the cock crowed; Buridan's ass; a bastard sword; Ms Shitara; Mishit is a stroke.
Filmen tar slut; fart och tid; la bite du chien; le retard du train; la courbe, kurva; negro en español; Matsushita
assessment, classic, passage, cocktail, analysis, title, raccoon, Dickens, Hancock, shiitake, wankel, Kuntze
Matériel, pute-fin, Putaendo; Montenegro; niggardly stays out of the list; spick and span; peacock; 操作系统; 他妈妈的书
"""


@pytest.mark.parametrize("line", HARMLESS.splitlines())
def test_what_is_harmless_stays(line):
    assert masked(line, "") == (line, 0)
    assert profanity_word_share(line) == 0.0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("What the FUCK is this?", "What the <PROFANITY> is this?"),
        ("fucking bullshit, asshole!", "<PROFANITY> <PROFANITY>, <PROFANITY>!"),
        ("Du Arschloch, Scheiße!", "Du <PROFANITY>, <PROFANITY>!"),
        ("Hijo de puta, gilipollas", "<PROFANITY>, <PROFANITY>"),
        ("Ты мудак", "Ты <PROFANITY>"),
        ("你他妈的傻逼", "你<PROFANITY><PROFANITY>"),
        ("bordel\nde merde", "<PROFANITY>"),
    ],
)
def test_listed_words_are_masked(before, after):
    assert masked(before, "")[0] == after


def test_code_and_formulas_are_not_masked():
    text = "`brainfuck` and `fuck()` and\n\n```\nshit\n```"
    assert masked(text, "") == (text, 0)


def test_the_share_is_one_of_words():
    assert profanity_word_share("What the fuck is this shit") == pytest.approx(2 / 6)
    assert profanity_word_share("") == 0.0
    assert profanity_word_share("傻逼") == 1.0


def test_the_packaged_list_has_entries_in_several_scripts_and_no_doubles():
    lines = [line.strip() for line in PACKAGED_LIST.read_text(encoding="utf-8").splitlines()]
    entries = [line for line in lines if line and not line.startswith("#")]
    assert len(entries) == len(set(entries)) == len(word_list().entries)
    assert sum(line.startswith("#") and len(line.split()) == 2 for line in lines) >= 10


def test_every_entry_is_found_in_a_sentence():
    for entry in word_list().entries:
        word = entry.replace("*", "x")
        assert masked(f"ja {word.upper()} so", "")[1] >= 1 or masked(f"ja {word} so", "")[1] >= 1, entry


def test_ones_own_list_takes_remarks_phrases_and_endings(tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("# mild words\ndrat*\nby golly # old\n\n", encoding="utf-8")
    assert masked("Drattedly so, by  Golly, said Quadrat.", str(own)) == (
        "<PROFANITY> so, <PROFANITY>, said Quadrat.",
        2,
    )


def test_an_empty_list_finds_nothing(tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("# nothing\n", encoding="utf-8")
    assert masked("shit", str(own)) == ("shit", 0)
