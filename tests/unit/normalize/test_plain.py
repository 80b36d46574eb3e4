"""Markdown and plain text: read, never changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.markdown import parse_markdown
from darwin_assets.normalize.plain import parse_plain
from darwin_assets.normalize.structured import parse_bibtex, parse_json

MARKDOWN = """---
title: "On waves"
lang: en
---
# Waves

Energy is $E = h f$, and it costs $5 or $6, not `$a$`.

$$
v = \\lambda f
$$

```python
# not a heading
price = "$x$"
```

Sound #
-----

| a | b |
| --- | --- |
| 1 | $x|y$ |

## Summary ##
"""


def test_markdown_is_kept_and_read() -> None:
    document = parse_markdown(MARKDOWN)
    assert document.text == MARKDOWN
    assert document.title == "On waves"
    assert document.language == "en"
    assert document.sections == ("Waves", "Sound #", "Summary")
    assert (document.n_formulas_in, document.n_formulas_out) == (3, 3)
    assert (document.n_tables, document.n_code_blocks) == (1, 1)


def test_title_is_the_first_heading_without_front_matter() -> None:
    assert parse_markdown("text\n\n## Second level ##\n\n# C#\n").sections == ("Second level", "C#")
    assert parse_markdown("no heading").title is None


def test_a_rule_under_an_empty_line_is_no_heading() -> None:
    assert parse_markdown("text\n\n---\n\n- item\n---\n").sections == ()


@given(st.text(alphabet="#`$~|- \n\\[]()ab", max_size=200))
def test_markdown_is_never_changed(text: str) -> None:
    document = parse_markdown(text)
    assert document.text == text
    assert document.n_formulas_in == document.n_formulas_out


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The Law of Motion\n\nA body at rest stays at rest unless a force acts on it.", "The Law of Motion"),
        ("A body at rest stays at rest.\n\nThat is the first law, and there are two more of them.", None),
        ("The Law of Motion\nA body at rest stays at rest.", None),
        ("- item\n\nA body at rest stays at rest unless a force acts on it.", None),
        ("The Law of Motion\n\nshort", None),
        ("1234\n\nA body at rest stays at rest.", None),
    ],
)
def test_plain_text_has_a_title_only_where_it_is_clear(text: str, title: str | None) -> None:
    document = parse_plain(text)
    assert document.text == text
    assert document.title == title


def test_plain_text_keeps_its_lines_and_counts_formulas() -> None:
    text = "first line\nsecond line with \\(x^2\\) and $y$ but $5 and $6\n"
    document = parse_plain(text)
    assert document.text == text
    assert document.n_formulas_in == 2


def test_data_formats_become_code_or_a_reason() -> None:
    document = parse_json('{"a": "```"}')
    assert document.text == '````json\n{"a": "```"}\n````'
    assert document.n_code_blocks == 1
    bibliography = parse_bibtex("@book{x, title = {Waves}}")
    assert isinstance(bibliography, Document)
    assert bibliography.text.startswith("```bibtex\n")


@pytest.mark.parametrize(
    ("parse_text", "text", "rule"),
    [
        (parse_json, '{"secret sentence": ', "json.malformed"),
        (parse_json, "[" * 100_000, "json.too_deep"),
        (parse_bibtex, "no entry here", "bibtex.malformed"),
    ],
)
def test_broken_data_is_named_without_its_text(parse_text, text: str, rule: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_text(text)
    assert caught.value.rule == rule
    assert "secret" not in str(caught.value)
