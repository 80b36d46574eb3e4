"""Which files make one LaTeX document, and how they are put together."""

import pytest

from darwin_assets.normalize.latex_tree import TooLarge, join, look, resolve, trees

PAPER = rb"""\documentclass{article}
\begin{document}
\input{parts/first} % \input{commented}
\include{parts/second.tex}
Not this: \inputs{parts/first}, \\input{elsewhere}.
\end{document}
"""
SOURCES = {
    "paper.tex": PAPER,
    "parts/first.tex": b"First.\n\\input{deep}\n\\endinput\nNever read.\n",
    "parts/second.tex": b"Second.",
    "parts/deep.tex": b"Deep.",
    "commented.tex": b"Commented.",
    "appendix.tex": b"\\documentclass{article}\\begin{document}\\input parts/second.tex \\end{document}",
}


def trees_of(sources: dict[str, bytes]) -> dict[str, tuple[str, ...]]:
    return trees({name: look(name, data) for name, data in sources.items()})


def joined(name: str, sources: dict[str, bytes], limit: int = 10_000) -> bytes:
    return join(name, trees_of(sources)[name], sources.__getitem__, limit)


def test_a_document_has_the_parts_that_it_names_at_every_depth() -> None:
    assert trees_of(SOURCES) == {
        "paper.tex": ("parts/first.tex", "parts/deep.tex", "parts/second.tex"),
        "appendix.tex": ("parts/second.tex",),
    }


def test_parts_stand_where_they_are_named() -> None:
    assert joined("paper.tex", SOURCES) == PAPER.replace(rb"\input{parts/first}", b"First.\nDeep.\n", 1).replace(
        rb"\include{parts/second.tex}", b"Second."
    )


def test_a_file_that_is_a_document_itself_is_nobodys_part() -> None:
    chapter = {"book.tex": b"\\documentclass{book}\\input{chapter}", "chapter.tex": b"\\documentclass{subfiles} Text."}
    assert trees_of(chapter) == {}


def test_a_part_of_another_encoding_keeps_the_files_apart() -> None:
    assert trees_of(SOURCES | {"parts/deep.tex": "é".encode("latin-1")}) == {"appendix.tex": ("parts/second.tex",)}


def test_a_circle_ends() -> None:
    circle = {"a.tex": b"\\documentclass{a} \\input{b}", "b.tex": b"b \\input{c}", "c.tex": b"c \\input{b}"}
    assert joined("a.tex", circle) == b"\\documentclass{a} b c \\input{b}"


def test_files_together_keep_to_the_limit() -> None:
    doubling = {f"{n}.tex": f"\\input{{{n + 1}}}\\input{{{n + 1}}}".encode() for n in range(1, 19)}
    sources = {"a.tex": b"\\documentclass{a}\\input{1}", **doubling, "19.tex": b"x"}
    with pytest.raises(TooLarge):
        joined("a.tex", sources)


@pytest.mark.parametrize(
    ("stated", "found"),
    [("b", "d/b.tex"), ("./b.tex", "d/b.tex"), ("../b", "d/b.tex"), ("../../b", None), ("c", "d/e/c.tex"), ("x", None)],
)
def test_a_name_is_looked_for_beside_the_document_then_beside_the_file(stated: str, found: str | None) -> None:
    known = ("d/b.tex", "d/e/b.tex", "d/e/c.tex")
    assert resolve(stated, "d", "d/e", dict(zip(known, known, strict=True))) == found


def test_members_of_an_archive_of_a_folder_belong_together() -> None:
    dotted = {f"./{name}": data for name, data in SOURCES.items()}
    assert trees_of(dotted) == {
        f"./{name}": tuple(f"./{part}" for part in parts) for name, parts in trees_of(SOURCES).items()
    }
    assert joined("./paper.tex", dotted) == joined("paper.tex", SOURCES)
