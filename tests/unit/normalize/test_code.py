"""Source code: nothing in it changes, and it is known by name, first line or content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.acquire.code_types import LANGUAGES, file_title
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings

SETTINGS = NormalizeSettings()


def read(data: bytes, language: str = "python") -> Document:
    return parse(data, f"text/x-{language}", SETTINGS)


def failure(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(data)
    return caught.value.rule


def test_a_file_is_one_block() -> None:
    source = "\n\n\ndef f(x):\n\tif x:   \n\n\n\n\n\t\treturn '\u0065\u0301'  # \x0c\n\n"
    found = read(source.encode())
    assert found.text == f"```python\n{source}```"
    assert (found.title, found.n_code_blocks, found.parser, found.sections) == (None, 1, "code/1", ())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t`"), min_size=1))
def test_no_character_changes(source: str) -> None:
    source = "x" + source
    found = read(source.encode()).text
    fence = found[: found.index("python\n")]
    inside = found.removeprefix(f"{fence}python\n").removesuffix(fence)
    assert inside == source if source.endswith("\n") else inside == source + "\n"
    assert fence not in source


def test_line_ends_are_made_uniform() -> None:
    assert read(b"a\r\nb\rc\n").text == "```python\na\nb\nc\n```"


def test_a_licence_header_and_a_docstring() -> None:
    source = (
        b'#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0 OR MIT\n\n"""What it is.\n\nMore.\n"""\nx = 1\n'
    )
    found = read(source)
    assert found.extra == {
        "programming_language": "python",
        "licence": "Apache-2.0 OR MIT",
        "docstring": "What it is.",
    }
    assert found.notes == ("licence stated: Apache-2.0 OR MIT",)
    assert read(b'"""One line."""\n').extra["docstring"] == "One line."
    assert "docstring" not in read(b'x = 1\n"""No docstring."""\n').extra
    assert read(b"/* SPDX-License-Identifier: MIT */\nint x;\n", "c").extra["licence"] == "MIT"


def test_encodings() -> None:
    assert (
        read("# -*- coding: koi8-r -*-\n# привет\n".encode("koi8-r")).text
        == "```python\n# -*- coding: koi8-r -*-\n# привет\n```"
    )
    assert read("# coding: latin-1\n# naïve\n".encode()).text.endswith("# naïve\n```")
    # Mojibake may be what a program is about.
    assert read("x = 'Ã©'\n".encode()).text == "```python\nx = 'Ã©'\n```"


def test_what_cannot_be_read_is_named() -> None:
    assert failure(b"") == "text.empty"
    assert failure(b" \n\t\n") == "text.empty"
    assert failure(b"\x00\x01" * 50) == "encoding.binary"


def test_every_language_has_a_parser() -> None:
    assert {parse(b"x\n", media_type, SETTINGS).parser for media_type in LANGUAGES} == {"code/1"}


@pytest.mark.parametrize(
    ("path", "locator", "media_type", "title"),
    [
        ("src/a.py", "", "text/x-python", "src/a.py"),
        ("src.zip", "member:lib/b.c", "text/x-c", "lib/b.c"),
        ("all.jsonl", "line:3", "text/x-c", None),
        ("a.md", "", "text/markdown", None),
    ],
)
def test_the_title_is_the_name(path: str, locator: str, media_type: str, title: str | None) -> None:
    assert file_title(path, locator, media_type) == title
