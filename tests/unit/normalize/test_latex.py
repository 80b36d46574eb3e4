"""LaTeX to Markdown: what a reader sees stays, what only a printer needs goes."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.latex import parse_latex
from darwin_assets.normalize.settings import NormalizeSettings

SETTINGS = NormalizeSettings(keep_link_urls=True)


def parsed(source: str, *, noweb: bool = False) -> Document:
    return parse_latex(source, SETTINGS, noweb=noweb)


def text_of(source: str) -> str:
    return parsed(source).text


def test_a_paper_keeps_title_authors_abstract_and_sections() -> None:
    document = parsed(
        r"""\documentclass{article}\usepackage[german,british]{babel}
        \newcommand{\R}{\mathbb{R}}
        \title{On \emph{Waves}\thanks{Funded.}}
        \author{Ada Lovelace\\London \and Emmy Noether\\G\"ottingen}
        \begin{document}\maketitle
        \begin{abstract} We study $\R$. \end{abstract}
        \section{First}\label{sec:first} See Section~\ref{sec:first}.% a comment
        \subsection*{Second}
        \end{document} not part of it"""
    )
    assert document.text == (
        "# On *Waves*[^1]\n\nAda Lovelace, London; Emmy Noether, Göttingen\n\n"
        "## Abstract\n\nWe study $\\mathbb{R}$.\n\n"
        "## First {#sec:first}\n\nSee Section [ref:sec:first].\n\n### Second\n\n[^1]: Funded."
    )
    assert document.title == "On Waves"
    assert document.sections == ("Abstract", "First", "Second")
    assert document.language == "en-GB"
    assert document.parser == "latex/3"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"``quoted'' and `single' don't --- 1--2", "“quoted” and ‘single’ don't — 1–2"),
        (r"na\"{\i}ve \'e \c{c} \v{s} \ss{} Erd\H{o}s \o", "naïve é ç š ß Erdős ø"),
        (r"5\,\% of \$10 \& \#1 \_ \{x\}", "5 % of \\$10 & #1 _ {x}"),
        (r"\textbf{bold} \emph{it} {\em old} \textsc{plain}", "**bold** *it* *old* plain"),
        (r"\texttt{a\_b --x} {\tt y}", "`a_b --x` `y`"),
        (r"a \verb|x % $y$| b", "a `x % $y$` b"),
        (r"\cite{a,b} \citep[see][p.~3]{c}", "[@a; @b] [see @c, p. 3]"),
        (r"\href{https://example.org/a\%20b}{link} \url{https://example.org/%7E}",
         "[link](https://example.org/a%20b) <https://example.org/%7E>"),
        (r"\unknown{kept} text \SomeWord{} end", "kept text SomeWord end"),
        (r"\vspace{2cm}\textcolor{red}{red} \includegraphics[width=3cm]{fig.png}", "red ![](fig.png)"),
        (r"\begin{comment} no \end{comment}\iffalse no \fi yes", "yes"),
        ("\\iffalse see \\figref{a} \\hfill \\fill % \\fi\nno \\fi yes", "yes"),
        (r"\iffalse a \ifnum 1=2 b \else c \fi d \ifdraft{e}{f} $\iff$ \newif\ifx \fi yes", "yes"),
        (r"\input{chapters/one}", "[input:chapters/one]"),
        (r"\import{chapters/}{one} x", "[input:chapters/one]\n\nx"),
        (r"x \bibliographystyle{plain}\bibliography{a,b}", "x\n\n[bibliography:a], [bibliography:b]"),
        (r"\newtheorem{thm}{Theorem}[section] x", "x"),
        (r"\let\R\alpha \let\c=\, $\R\c x$", r"$\alpha\,x$"),
        (r"\NewDocumentCommand\f{O{z} m m}{#1#2#3} \f{p}{q} \f[y]{p}{q}", "zpq ypq"),
        (r"\NewDocumentCommand{\g}{o m}{#1(#2)} \g{p} \g[y]{p}", "(p) y(p)"),
        ("one\ntwo % c\n\nthree", "one two\n\nthree"),
        (r"a\\b", "a\nb"),
    ],
)  # fmt: skip
def test_running_text(source: str, expected: str) -> None:
    assert text_of(source) == expected


def test_unknown_commands_on_their_own_line_are_layout() -> None:
    document = parsed("\\SomeLayout\n\ntext \\SomeWord here\n\n\\OtherLayout\nmore")
    assert document.text == "text SomeWord here\n\nmore"
    assert document.notes == ("kept 3 commands without definition by their arguments or names",)


def test_formulas_are_kept_with_labels_and_own_macros() -> None:
    document = parsed(
        r"""\newcommand{\norm}[2][2]{\lVert #2 \rVert_{#1}} \def\vv#1{\mathbf{#1}}
        \DeclareMathOperator{\tr}{tr}
        \newcommand{\eps}{\ensuremath{\varepsilon}}
        Let $\norm{\vv x} < \eps$ and \eps$+1$, \( a \).
        \begin{equation}\label{eq:one} \tr A = 1 % comment

        \end{equation}
        \[ f = \begin{cases} 1 & \text{if $x \in \mathbb{Q}$} \end{cases} \]
        \begin{align*} a &= b \\ c &= d \end{align*} $$z$$"""
    )
    assert document.text.split("\n\n") == [
        r"Let $\lVert \mathbf{x} \rVert_{2} < {\varepsilon}$ and $\varepsilon +1$, $a$.",
        "$$\n\\label{eq:one} \\operatorname{tr}A = 1\n$$",
        "$$\nf = \\begin{cases} 1 & \\text{if }x \\in \\mathbb{Q} \\end{cases}\n$$",
        "$$\n\\begin{align*} a &= b \\\\ c &= d \\end{align*}\n$$",
        "$$\nz\n$$",
    ]
    assert document.n_formulas_in == document.n_formulas_out == 8


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\[a \intertext{and $x$, $y$} b\]", "$$\na \\intertext{and \\(x\\), \\(y\\)} b\n$$"),
        (r"\[a \tag{$k$ times}\]", "$$\na \\tag{\\(k\\) times}\n$$"),
        (r"$\phi = \Sexpr{round(summary(m)$dispersion, 3)}$", r"$\phi = \Sexpr{round(summary(m)\$dispersion, 3)}$"),
    ],
)
def test_dollars_inside_a_formula_do_not_end_it(source: str, expected: str) -> None:
    document = parse_latex(source, NormalizeSettings(), noweb=True)
    assert document.text == expected
    assert document.n_formulas_in == document.n_formulas_out == 1


def test_files_that_are_read_in_are_noted() -> None:
    document = parsed(r"\input{a} text \include{b}")
    assert document.notes == ("2 files that it inputs are not part of it",)


def test_lists_nest_and_keep_their_blocks() -> None:
    text = text_of(
        r"""\begin{enumerate} \item one \begin{itemize}\item[(a)] inner \end{itemize} \item two \[x\] after
        \end{enumerate} \begin{description}\item[Force] a push\end{description}"""
    )
    assert text == ("1. one\n\n   - (a) inner\n2. two\n\n   $$\n   x\n   $$\n\n   after\n\n- **Force** a push")


def test_tables_become_markdown_unless_cells_span() -> None:
    simple = parsed(
        r"""\begin{table}\caption{Sizes.}\begin{tabular}{|l|r|}\hline Name & $|x|$ \\ \hline
        a \& b & \verb+x|y+ \\[2pt] \multicolumn{1}{c}{c} & 2 \\ \hline\end{tabular}\end{table}"""
    )
    assert simple.text == (
        "**Table.** Sizes.\n\n| Name | $\\vert x\\vert $ |\n| --- | --- |\n| a & b | `x\\|y` |\n| c | 2 |"
    )
    spanning = parsed(r"\begin{tabular}{ll} \multicolumn{2}{c}{$x$} \\ a & b \end{tabular}")
    assert spanning.text.startswith("```latex\n\\begin{tabular}{ll}")
    assert (simple.n_tables, spanning.n_tables) == (1, 1)
    assert spanning.n_formulas_in == spanning.n_formulas_out == 1


def test_theorems_lead_in_bold_and_own_names_count() -> None:
    text = text_of(
        r"""\newtheorem{satz}{Satz}\begin{satz}[Noether] Body. \end{satz}
        \begin{proof} Clear. \end{proof} \begin{proof}[Proof of it] So. \end{proof}
        \begin{quote} Said \end{quote}"""
    )
    assert text == "**Satz (Noether).** Body.\n\n**Proof.** Clear. ∎\n\n**Proof of it.** So. ∎\n\n> Said"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\begin{exercise} Why? \end{exercise} Next.", "**Exercise.** Why?\n\n---\n\nNext."),
        (r"\begin{exercise} Why? \end{exercise} \section{T}", "**Exercise.** Why?\n\n## T"),
        (
            r"\begin{thm} It. \end{thm} \begin{proof} So. \qed \end{proof} Next.",
            "**Theorem.** It.\n\n**Proof.** So. ∎\n\nNext.",
        ),
        (
            r"\begin{example} It. \end{example} \begin{prob} Why? \end{prob}",
            "**Example.** It.\n\n**Problem.** Why?",
        ),
        (
            r"\begin{example} It. \end{example} \begin{solution} So. \end{solution}",
            "**Example.** It.\n\n**Solution.** So.",
        ),
        (r"\begin{remark} It. \end{remark} Next.", "**Remark.** It.\n\nNext."),
        (r"\begin{proof} So \[x\] \end{proof}", "**Proof.** So\n\n$$\nx\n$$\n\n∎"),
        (
            r"\begin{itemize}\item a \begin{exercise} Why? \end{exercise} b\end{itemize}",
            "- a\n\n  **Exercise.** Why?\n\n  ---\n\n  b",
        ),
    ],
)
def test_a_unit_ends_where_a_rule_or_what_follows_shows_it(source: str, text: str) -> None:
    assert text_of(source) == text


def test_code_is_fenced_and_never_read_as_latex() -> None:
    document = parsed(
        "\\begin{lstlisting}[language=Python]\nx = 1 % 2\n\\end{lstlisting}\n"
        "\\begin{verbatim}\n```\n$a\n\\end{verbatim}"
    )
    assert document.text == "```python\nx = 1 % 2\n```\n\n````\n```\n$a\n````"
    assert document.n_code_blocks == 2
    assert document.n_formulas_in == 0


def test_r_chunks_and_expressions_in_noweb() -> None:
    source = "Before\n<<setup, echo=FALSE>>=\nx$y <- 5 %% 2\n@\nAfter \\Sexpr{round(x$y, 2)}."
    document = parsed(source, noweb=True)
    assert document.text == "Before\n\n```r\nx$y <- 5 %% 2\n```\n\nAfter `r round(x$y, 2)`."
    assert (document.n_code_blocks, document.n_formulas_in) == (1, 0)
    assert "```r" not in parse_latex(source, SETTINGS).text


def test_open_logic_notation_reads_as_words() -> None:
    document = parsed(
        r"""\olfileid{sfr}{siz}{enm} \olsection{\usetoken{P}{enumerable set}}
        !!^a{element} of !!{set}s is \emph{!!{enumerable}}, see \olref{thm} and \olref[red]{sec}.
        \begin{thm}\ollabel{thm} \iftag{prvTrue}{yes}{no} \iftag{prvFalse}{}{other} \end{thm}
        \begin{prob} Show it. \end{prob}"""
    )
    assert document.text == (
        "## Enumerable sets\n\n"
        "An element of sets is *enumerable*, see [ref:sfr:siz:enm:thm] and [ref:sfr:siz:red:sec].\n\n"
        "**Theorem.** {#sfr:siz:enm:thm} yes other\n\n**Problem.** Show it."
    )
    assert document.extra["labels"] == "sfr:siz:enm:sec sfr:siz:enm:thm"


def test_pictures_stay_latex() -> None:
    document = parsed("\\[\n\\begin{tikzpicture}\\node {$q_0$};\\end{tikzpicture}\n\\]")
    assert document.text == "```latex\n\n\\begin{tikzpicture}\\node {$q_0$};\\end{tikzpicture}\n```".replace(
        "\n\n", "\n"
    )
    assert document.n_formulas_in == document.n_formulas_out == 1


@pytest.mark.parametrize(
    "source", [r"\section{A} text } end", "$x", r"\begin{itemize} \item a", r"\[ x", "a } b", "\\"]
)
def test_faulty_sources_still_yield_their_text(source: str) -> None:
    document = parsed(source)
    assert "\x02" not in document.text
    assert "x" not in source or "x" in document.text


def test_nesting_without_end_is_named() -> None:
    with pytest.raises(Unreadable) as caught:
        parsed(r"\footnote{" * 200 + "x" + "}" * 200)
    assert caught.value.rule == "latex.too_deep"


def test_macros_that_grow_without_end_stop() -> None:
    document = parsed(r"\newcommand{\x}{\x\x} \newcommand{\y}{\y} \x \y text")
    assert "macro expansion stopped at its limit" in document.notes
    assert len(document.text) < 200_000


HANG_SECONDS = 30
"""Far above what it takes on a slow machine, far below what a quadratic reader would need."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        r"\newcommand\x[",
        r"\newcommand\x" + 9 * " ",
        "{",
        "$",
        r"\[",
        r"\begin{align}",
        r"\begin{verbatim}",
        r"\cite[",
        "\\let\\a" + 9 * " ",
        r"\Sexpr{",
        "`` ",
    ],
)
def test_reading_what_never_closes_does_not_hang(piece: str) -> None:
    started = time.process_time()
    with contextlib.suppress(Unreadable):
        parse_latex(piece * 8000, SETTINGS, noweb=True)
    assert time.process_time() - started < HANG_SECONDS


PIECES = [
    "\\",
    "{",
    "}",
    "[",
    "]",
    "$",
    "$$",
    "&",
    "%",
    "~",
    "\n",
    "\n\n",
    " ",
    "a",
    "é",
    "<<x>>=\n",
    "\n@\n",
    "!!{",
    "#1",
]
BODIES = ("itemize", "tabular", "align", "proof", "verbatim", "tikzpicture", "table", "quote")
COMMANDS = [rf"\begin{{{body}}}" for body in BODIES]
COMMANDS += [c.replace("begin", "end") for c in COMMANDS] + [
    r"\item",
    r"\cite",
    r"\ref{x}",
    r"\label{x}",
    r"\section",
]
COMMANDS += [
    r"\newcommand{\q}[1]{\q#1}",
    r"\q",
    r"\footnote",
    r"\verb|",
    r"\Sexpr{",
    r"\\",
    r"\[",
    r"\]",
    r"\emph",
    r"\'",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES + COMMANDS), max_size=40))
def test_any_source_yields_clean_text_or_a_reason(pieces: list[str]) -> None:
    try:
        document = parse_latex("".join(pieces), SETTINGS, noweb=True)
    except Unreadable:
        return
    assert not any(mark in document.text for mark in "\x02\x03\x04")
    assert document.n_formulas_out >= 0


@pytest.mark.slow
@pytest.mark.shared_data
def test_every_formula_of_the_real_sources_comes_out(shared_data) -> None:
    sources = [path for folder in ("textbooks/openlogic", "papers") for path in (shared_data / folder).rglob("*")]
    sources = sorted(path for path in sources if path.suffix in (".tex", ".Rnw"))
    assert len(sources) == 186
    documents = {path: parse_latex(path.read_text("utf-8"), SETTINGS, noweb=path.suffix == ".Rnw") for path in sources}
    assert all(document.text for document in documents.values())
    assert sum(document.n_formulas_in for document in documents.values()) > 9000
    unequal = [path.name for path, d in documents.items() if d.n_formulas_in != d.n_formulas_out]
    assert unequal == []
    problems = sum(d.text.count("**Problem") for path, d in documents.items() if "openlogic" in path.parts)
    # 137 are in the files, one of them in a comment.
    assert problems == 136
