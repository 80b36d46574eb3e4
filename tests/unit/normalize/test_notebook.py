"""Notebooks of both versions, written and validated by nbformat."""

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from nbformat import v3, v4

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings

SETTINGS = NormalizeSettings()
PYTHON = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}


def read(notebook: nbformat.NotebookNode, settings: NormalizeSettings = SETTINGS) -> Document:
    nbformat.validate(notebook)
    return parse(nbformat.writes(notebook).encode(), "application/x-ipynb+json", settings)


def notebook(*cells: nbformat.NotebookNode, **metadata: object) -> nbformat.NotebookNode:
    return v4.new_notebook(cells=list(cells), metadata=PYTHON | metadata)


def failure(data: str) -> str:
    with pytest.raises(Unreadable) as caught:
        parse(data.encode(), "application/x-ipynb+json", SETTINGS)
    return caught.value.rule


def outcome(data: str) -> str:
    try:
        return parse(data.encode(), "application/x-ipynb+json", SETTINGS).parser
    except Unreadable as unreadable:
        return unreadable.rule


def test_prose_code_and_outputs() -> None:
    figure = v4.new_output("display_data", {"image/png": "aGk=", "text/plain": "<Figure size 640x480 with 1 Axes>"})
    found = read(
        notebook(
            v4.new_markdown_cell("# Fits\n\nWe solve $ax = b$:\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"),
            v4.new_code_cell(
                "print(1)\n2 + 2",
                outputs=[
                    v4.new_output("stream", name="stdout", text="1\n"),
                    v4.new_output("execute_result", {"text/plain": "4"}, execution_count=1),
                    figure,
                ],
            ),
            v4.new_code_cell(
                "%%bash\nls", outputs=[v4.new_output("error", ename="OSError", evalue="no", traceback=["x"])]
            ),
            v4.new_code_cell(
                "x", outputs=[v4.new_output("execute_result", {"text/latex": "$$x^2$$", "text/plain": "x**2"})]
            ),
            v4.new_code_cell(""),
        )
    )
    assert found.text == (
        "# Fits\n\nWe solve $ax = b$:\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n```python\nprint(1)\n2 + 2\n```\n\n"
        "```output\n1\n4\n```\n\n```bash\n%%bash\nls\n```\n\n```output\nOSError: no\n```\n\n```python\nx\n```\n\n$$x^2$$"
    )
    assert (found.title, found.sections, found.parser) == ("Fits", ("Fits",), "notebook/1")
    assert (found.n_formulas_in, found.n_formulas_out, found.n_tables, found.n_code_blocks) == (2, 2, 1, 5)
    assert found.notes == ("left out 1 pictures",)
    assert found.extra == {"programming_language": "python"}


def test_many_cells_are_all_counted() -> None:
    cells = [
        cell for n in range(80) for cell in (v4.new_markdown_cell(f"## S{n}\n\n$x_{n}$"), v4.new_code_cell(f"f({n})"))
    ]
    found = read(notebook(*cells))
    assert found.sections == tuple(f"S{n}" for n in range(80))
    assert (found.n_code_blocks, found.n_formulas_in, found.n_formulas_out) == (80, 80, 80)


def test_version_3() -> None:
    old = v3.new_notebook(
        worksheets=[
            v3.new_worksheet(
                cells=[
                    v3.new_heading_cell("Old\n things", level=2),
                    v3.new_text_cell("markdown", "Prose."),
                    v3.new_code_cell(
                        "1 + 1",
                        language="python",
                        outputs=[
                            v3.new_output("stream", "printed\n", stream="stdout"),
                            v3.new_output("pyout", "2", output_png="aGk="),
                            v3.new_output("pyout", "2"),
                            v3.new_output("pyerr", ename="E", evalue="v"),
                        ],
                    ),
                ]
            )
        ]
    )
    found = parse(v3.writes_json(old).encode(), "application/x-ipynb+json", SETTINGS)
    assert found.text == "## Old things\n\nProse.\n\n```python\n1 + 1\n```\n\n```output\nprinted\n2\nE: v\n```"


def test_long_outputs_are_cut_off() -> None:
    limit = NormalizeSettings(notebook_max_output_chars=10)
    stream = v4.new_output("stream", name="stdout", text="0123456789abc")
    found = read(
        notebook(v4.new_code_cell("a", outputs=[stream, v4.new_output("stream", name="stderr", text="more")])), limit
    )
    assert found.text == "```python\na\n```\n\n```output\n0123456789…\n```"
    assert found.notes == ("cut off the outputs of 1 cells",)
    none = NormalizeSettings(notebook_max_output_chars=0)
    assert read(notebook(v4.new_code_cell("a", outputs=[stream])), none).text == "```python\na\n```"


def test_what_a_terminal_shows() -> None:
    text = "\x1b[31mred\x1b[0m\n 10%\r 50%\r100%\r\ndone"
    found = read(notebook(v4.new_code_cell("a", outputs=[v4.new_output("stream", name="stdout", text=text)])))
    assert found.text.endswith("```output\nred\n100%\ndone\n```")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (v4.new_markdown_cell("```python\nopen"), "```python\nopen\n```\n\nend"),
        (
            v4.new_markdown_cell("![cat](data:image/png;base64,aGk=) ![dog](attachment:d.png)"),
            "![cat]() ![dog]()\n\nend",
        ),
        (v4.new_raw_cell("as it is"), "```\nas it is\n```\n\nend"),
        (v4.new_raw_cell("*a*", metadata={"raw_mimetype": "text/markdown"}), "*a*\n\nend"),
        (v4.new_raw_cell(r"\alpha", metadata={"format": "text/latex"}), "```latex\n\\alpha\n```\n\nend"),
        (v4.new_code_cell("s = '```'"), "````python\ns = '```'\n````\n\nend"),
    ],
)
def test_cells_of_every_kind(cell: nbformat.NotebookNode, expected: str) -> None:
    assert read(notebook(cell, v4.new_markdown_cell("end"))).text == expected


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"language_info": {"name": "R"}}, "r"),
        ({"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}, "r"),
        ({"kernelspec": {"name": "python3", "display_name": "x"}}, "python"),
        ({"language_info": {"name": "ipython3"}}, "python"),
        ({}, ""),
    ],
)
def test_the_language_of_the_kernel(metadata: dict[str, object], language: str) -> None:
    found = read(v4.new_notebook(cells=[v4.new_code_cell("1")], metadata=metadata))
    assert found.text == f"```{language}\n1\n```"


def test_what_cannot_be_read_is_named() -> None:
    assert failure("{") == "json.malformed"
    assert failure("[" * 100_000) == "json.too_deep"
    assert failure("[]") == "notebook.malformed"
    assert failure('{"cells": 1}') == "notebook.malformed"
    assert failure('{"cells": []}') == "text.empty"


def test_a_line_separator_inside_of_a_text() -> None:
    data = json.dumps({"cells": [{"cell_type": "markdown", "source": "a\u2028b"}]}, ensure_ascii=False)
    assert parse(data.encode(), "application/x-ipynb+json", SETTINGS).text == "a\nb"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "cell_type", "source", "outputs", "data", "text/plain", "output_type", "metadata", "level"]
            ),
            inner | st.sampled_from(["code", "markdown", "raw", "heading", "stream", "error"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@pytest.mark.slow
@hypothesis_settings(max_examples=200, deadline=None)
@given(st.lists(_JSON, max_size=4), _JSON)
def test_any_json_is_read_or_named(cells: list[object], metadata: object) -> None:
    assert outcome(json.dumps({"cells": cells, "metadata": metadata})) != "parser.error"
