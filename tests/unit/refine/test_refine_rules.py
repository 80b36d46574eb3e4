"""D24 to D26: every rule has what it removes or mends, and what it must leave alone."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.refine.answer import parse
from darwin_assets.refine.guards import check
from darwin_assets.refine.rules import BEFORE_CITATIONS, COVERAGE, RULES, answer, clean
from darwin_assets.refine.rules.masks import BLOCK_OPEN, INLINE_OPEN, Mask
from darwin_assets.refine.rules.protect import exact_spans
from darwin_assets.refine.settings import RefineSettings

SETTINGS = RefineSettings()
REPEATED = "A paragraph that was read twice by mistake is long enough not to be a refrain of a poem or of a song."
LONG = "This line of ordinary prose was wrapped by a printer and it goes"

CHANGED = {
    "DEL1 dot leaders": (
        "Contents\n\n1 Waves ...... 1\n2 Light ...... 20\n3 Sound ...... 31\n\nWaves carry energy.",
        "Waves carry energy.",
    ),
    "DEL1 page anchors": ("- [A](#a)\n- [B](#b)\n- [C](#c)\n\nText.", "Text."),
    "DEL2 section": (
        "It holds [1].\n\n## References\n\n[1] Smith, J. (2020). On waves.\n[2] A. Doe, Light, 1999.",
        "It holds [1].",
    ),
    "DEL2 up to the next heading": (
        "## References\n\nData from the Census Bureau, 2013.\n\n## Review\n\nText.",
        "## Review\n\nText.",
    ),
    "DEL2 without heading": (
        "[7] Smith, J. (2020). On waves.\n[8] Doe, A. B. (1999). Light.\n[9] Roe, C. (2001). Sound.",
        "",
    ),
    "DEL2 names of several parts": (
        "1. van der Berg, J., and Roe, C. (2001). Sound.\n2. Smith et al., Waves, 1999.\n3. Doe, A., ed. Light. 2003.",
        "",
    ),
    "DEL3": ("Copyright © 2020 Some Press. All rights reserved.\n\nText.", "Text."),
    "DEL4 number": ("ISBN 978-3-16-148410-0\n\nText.", "Text."),
    "DEL4 contact": ("E-mail: someone@example.org\n\nText.", "Text."),
    "DEL4 imprint": (
        "Text.\n\nFirst published 1998; reprinted 2001.\nPrinted in Great Britain by A plc\nTel.: +49 30 12 (home)\n\nMore.",
        "Text.\n\nMore.",
    ),
    "DEL5": ("Text.\n\nPage 3 of 10\n\nMore text.", "Text.\n\nMore text."),
    "DEL5 form feed": ("Text.\n\n12\n\fMore text.", "Text.\n\nMore text."),
    "DEL7 description": ("![A wave on a string](img/wave.png)", "A wave on a string"),
    "DEL7 tag": ('<img src="a.png" alt="A wave"> travels.', "A wave travels."),
    "DEL7 file name": ("![wave.png](img/wave.png)\n\nText.", "Text."),
    "DEL8 garble": ("Text.\n\n\ufffd\ufffd¤¤¿¿\ufffd¬¬¦¦\ufffd ab\n\nMore.", "Text.\n\nMore."),
    "DEL8 repeated": ("Text.\n\nlllllllllllll\n\nMore.", "Text.\n\nMore."),
    "DEL8 tool": ("Scanned by SomeScanner\n\nText.", "Text."),
    "DEL9 bracket": ("This is known [insert citation here] to hold.", "This is known to hold."),
    "DEL9 filler": ("Lorem ipsum dolor sit amet,\nconsetetur sadipscing.\n\nText.", "Text."),
    "DEL10": (f"{REPEATED}\n\n{REPEATED}", REPEATED),
    "DEL11 line": ("Text.\n\n--- page break ---\n\nMore.", "Text.\n\nMore."),
    "DEL11 in a caption": ("Table 3 (continued)", "Table 3"),
    "DEL12 link": ("See [the manual](https://example.org/a_(b)) first.", "See the manual first."),
    "DEL12 bracket": ("The tool (https://example.org/x) helps.", "The tool helps."),
    "DEL12 line": ("Text.\n\nSource: https://example.org/x", "Text."),
    "DEL12 sentence end": ("It is available at https://example.org/x. Use it.", "It. Use it."),
    "REP1 hyphen": ("an exam-\nple of it", "an example of it"),
    "REP1 hyphen of a PDF reader": ("straightfor\ufffeward", "straightforward"),
    "REP1 wrapped": (f"{LONG}\non in the next one.", f"{LONG} on in the next one."),
    "REP1 page end": (f"{LONG}\n\non after the page end.", f"{LONG} on after the page end."),
    "REP1 comma": ("first,second", "first, second"),
    "REP2": ("The quick\nbrown\nfox jumps\nover the\nlazy dog", "The quick brown fox jumps over the lazy dog"),
    "REP3": ("too   many\u00a0spaces  \n\n\n\nand lines", "too many spaces\n\nand lines"),
    "REP4": ("the e\ufb00ect of a\u200b&nbsp;\x07field", "the effect of a field"),
    "REP5 brackets that another rule emptied": (
        "This is known and shown (![a.png](a.png)), as ([](https://a.example/b)) is that ![](a.png).",
        "This is known and shown, as is that.",
    ),
    "REP5": ("a word , ( a bracket ) and--then a ``quote''", "a word, (a bracket) and—then a “quote”"),
}
CHANGED["DEL12 sentence end"] = ("The code is free. https://example.org/x", "The code is free.")

LEFT_ALONE = {
    "DEL1 headings with text": "# One\n\nText of one.\n\n# Two\n\nText of two.",
    "DEL1 two entries only": "1 Waves ...... 1\n2 Light ...... 20",
    "DEL2 citation in the text": "As shown [12], and by Smith, J. (2020), it holds.",
    "DEL2 other text below the heading": "## References\n\nA frame of reference is a point of view.",
    "DEL2 numbered sentences": "1. J. J. Thomson found the electron in 1897.\n2. E. Rutherford found the nucleus in 1911.\n"
    "3. J. Watson and F. Crick described the helix in 1953.\n4. The neutron was found by J. Chadwick in 1932.",
    "DEL4 sentence": "First published in 1859, On the Origin of Species founded evolutionary biology.",
    "DEL4 wrapped sentence": "His famous book was at last\n"
    "published by John Murray in London, who knew how to sell it:\nPrinted in London,\nit sold on the first day.",
    "DEL4 term that is explained": "Publisher: a company that issues books.\n\nFax: a device that sends pages.",
    "DEL4 end of a sentence": "At nine he picked up the\nphone. Then he said nothing at all.",
    "DEL3 part of an exercise": "(c) 3779 g = ____ kg",
    "DEL3 part with a year": "(c) Determine the rate in the year 2020.",
    "DEL5 numbers of a list": "5\n\n7\n\n9",
    "DEL7 mention": "Figure 1 shows a wave.",
    "DEL8 layout": "Title\n==========\n\n----------\n\n..........",
    "DEL8 Greek and signs": "∇×E = −∂B/∂t, ∮E·dl ≈ 0 ± 1 °C",
    "DEL8 sequence": "ATGCATGCATGCAAAAAAAAAAAA",
    "DEL9 brackets": "The interval [insert key] is a key.",
    "DEL10 refrain": "Row, row, row your boat.\n\nRow, row, row your boat.",
    "DEL10 formulas that differ": f"{REPEATED} $x_1$\n\n{REPEATED} $x_2$",
    "DEL11 a word": "The work was continued in the spring.",
    "DEL12 in mid-sentence": "We fetched https://example.org/x twice.",
    "REP1 compound": "a well-known fact",
    "REP1 code": "for (i in 1:10) print(x[i]) # a rather long line of code\nprint(y)",
    "REP2 four lines": "The quick\nbrown fox\njumps over\nthe dog",
    "REP2 list of names": "Alpha\nBeta\nGamma\nDelta\nEpsilon",
    "REP3 nested list": "- a\n  - b",
    "REP5 empty brackets": "Call fork () twice.\n\n- [ ] the valve is closed\n\nYes [ ] No ( )",
    "REP5 type annotation": "name : int",
    "KEEP1 formula": "so $a  ,  b$ and\n\n$$\nx  =  1 ,\n$$",
    "KEEP2 table": "| a  ,  b | https://example.org |\n| --- | --- |\n| 1   | 2 |",
    "KEEP3 citation": "as in (Smith ,  2020) and [15]",
    "KEEP4 code": "```\nx  =  1 ,\nPage 3\n```",
    "KEEP5 exercise": "Exercise 3.1  Find  x , y .\nhttps://example.org/data",
    "KEEP6 note": "> NOTE:  mind the  gap , please .",
    "KEEP7 edges": "ending of a word and the begin-",
    "KEEP8 verse": "Tyger Tyger, burning bright,\nin the forests of the night;",
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_rule_removes_or_mends(name: str) -> None:
    before, after = CHANGED[name]
    assert clean(before) == after


@pytest.mark.parametrize("name", CHANGED)
def test_what_a_rule_does_passes_the_guards(name: str) -> None:
    before, after = CHANGED[name]
    assert [result for result in check(before, after, SETTINGS) if not result.passed] == []


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_rule_keeps_instead(name: str) -> None:
    assert clean(LEFT_ALONE[name]) == LEFT_ALONE[name]


def test_every_rule_of_the_catalogue_is_served_or_named_as_left_out() -> None:
    catalogue = {f"DEL{n}" for n in range(1, 13)} | {f"REP{n}" for n in range(1, 8)} | {f"KEEP{n}" for n in range(1, 9)}
    assert set(COVERAGE) == catalogue
    served = {rule for rule, _ in (*BEFORE_CITATIONS, *RULES)}
    left_out = {rule for rule, note in COVERAGE.items() if note.startswith("left to a model")}
    assert served | left_out == {rule for rule in catalogue if not rule.startswith("KEEP")}
    assert served & left_out == set()


PIECES = st.sampled_from(
    [
        "Page 3 of 10\n", "https://example.org/a", "[link](https://example.org)", "![alt](a.png)", "word-\nbreak ", "  ",
        "\n\n", "\n", "\f", " , ", "(continued)", "$x$", "$$", "```\n", "| a |\n", "[1]", "References\n", "\ufffd" * 12,
        "Exercise 1. ", "(a) ", "\ufdd0", "0\ufdd4", "\ufdd11\ufdd4", "# Title\n", "1 A ..... 3\n", "a sentence of words. ",
        "&amp;", "<table>", "</table>", "\\begin{x}", "\\end{x}", "--", "``", "''", REPEATED + "\n\n",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=12), max_size=25).map("".join)


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_a_cleaned_text_is_its_own_cleaning(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_hidden_spans_are_shown_again_as_they_were(text: str) -> None:
    mask = Mask(BLOCK_OPEN, INLINE_OPEN)
    assert mask.show(mask.hide(text, exact_spans(text))) == text


BLOCKS = st.sampled_from(
    [
        "```\nx  =  1 , 2\nhttps://example.org\nPage 3\n```",
        "$$\n\\frac{a}{b}  =  c ,\n$$",
        "| a  | b ,  |\n| --- | --- |\n| 1 | https://example.org |",
        "Exercise 4. Find  the  value , then see https://example.org .",
        "\\begin{align}\na  &=  b \\\\\n\\end{align}",
        "> NOTE: two  spaces , here .",
    ]
)
INLINE = st.sampled_from(["$a  ,  b$", "(Smith, 2020)", "[15]", "`x  ,  y`", "\\cite{key}", "equation (5)"])
NOISE = st.sampled_from(
    ["Page 3 of 10", "https://example.org/x", "A sentence with  two spaces .", "(continued)", "![](a.png)"]
)


@given(st.lists(BLOCKS | NOISE | INLINE.map(lambda span: f"As {span} shows , it  holds."), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_protected_spans_survive_unchanged(parts: list[str]) -> None:
    text = "\n\n".join(parts)
    cleaned = clean(text)
    for part in parts:
        if part[0] in "`$|E\\>":
            assert part in cleaned
        elif part.startswith("As "):
            assert part[3 : part.index(" shows")] in cleaned


def test_the_engine_answers_in_the_contract() -> None:
    assert parse(answer("Some  text .")).text == "Some text."
    assert parse(answer("Page 3 of 10")).state == "empty"
    assert re.fullmatch(r"<CLEANED_TEXT>\n.*\n</CLEANED_TEXT>", answer("Text."))
