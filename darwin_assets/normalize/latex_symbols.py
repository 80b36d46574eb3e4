"""Unicode to LaTeX mathematics, as data: what each character of a MathML token is called in LaTeX.

Only commands of LaTeX and amsmath/amssymb. A character that is not listed stays as it is: it reads well, and
both XeLaTeX and MathJax accept it.
"""

from __future__ import annotations

_GREEK = """
α alpha  β beta  γ gamma  δ delta  ε varepsilon  ϵ epsilon  ζ zeta  η eta  θ theta  ϑ vartheta  ι iota  κ
kappa λ lambda  μ mu  µ mu  ν nu  ξ xi  π pi  ϖ varpi  ρ rho  ϱ varrho  σ sigma  ς varsigma  τ tau  υ upsilon
φ varphi ϕ phi  χ chi  ψ psi  ω omega  Γ Gamma  Δ Delta  ∆ Delta  Θ Theta  Λ Lambda  Ξ Xi  Π Pi  Σ Sigma  Υ
Upsilon ϒ Upsilon  Φ Phi  Ψ Psi  Ω Omega  Ω Omega  ϰ varkappa  ϝ digamma
"""

_LATIN_LOOKALIKES = {
    "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O",
    "Ρ": "P", "Τ": "T", "Χ": "X", "ο": "o",
}  # fmt: skip

_INFIX = """
× times  ÷ div  ± pm  ∓ mp  · cdot  ⋅ cdot  ∙ cdot  ∗ ast  ⋆ star  ∘ circ  ⊕ oplus  ⊖ ominus  ⊗ otimes  ⊘
oslash ⊙ odot  ∩ cap  ∪ cup  ⊎ uplus  ⊓ sqcap  ⊔ sqcup  ∧ wedge  ∨ vee  ∖ setminus  ≀ wr  ⋄ diamond  ⨿ amalg
† dagger ‡ ddagger  ⊲ triangleleft  ⊳ triangleright  ⋉ ltimes  ⋊ rtimes  ≤ leq  ⩽ leqslant  ≥ geq  ⩾ geqslant
≠ neq ≡ equiv  ≈ approx  ≃ simeq  ≅ cong  ∼ sim  ≁ nsim  ≇ ncong  ∝ propto  ≪ ll  ≫ gg  ⋘ lll  ⋙ ggg  ≲
lesssim ≳ gtrsim  ≺ prec  ≻ succ  ⪯ preceq  ⪰ succeq  ≼ preccurlyeq  ≽ succcurlyeq  ⊂ subset  ⊃ supset  ⊆
subseteq ⊇ supseteq  ⊊ subsetneq  ⊋ supsetneq  ⊄ not\\subset  ⊈ nsubseteq  ⊏ sqsubset  ⊐ sqsupset  ⊑
sqsubseteq ⊒ sqsupseteq  ∈ in  ∉ notin  ∋ ni  ∣ mid  ∤ nmid  ∥ parallel  ∦ nparallel  ⊥ perp  ⊢ vdash  ⊣ dashv
⊨ models ⊩ Vdash  ≍ asymp  ≐ doteq  ≜ triangleq  ≔ coloneqq  ⋈ bowtie  ≮ nless  ≯ ngtr  ≰ nleq  ≱ ngeq  ←
leftarrow → to  ↔ leftrightarrow  ⇐ Leftarrow  ⇒ Rightarrow  ⇔ Leftrightarrow  ⟵ longleftarrow  ⟶
longrightarrow ⟷ longleftrightarrow  ⟸ Longleftarrow  ⟹ Longrightarrow  ⟺ Longleftrightarrow  ↦ mapsto  ⟼
longmapsto ↩ hookleftarrow  ↪ hookrightarrow  ⇌ rightleftharpoons  ⇋ leftrightharpoons  ⇀ rightharpoonup ⇁
rightharpoondown  ↼ leftharpoonup  ↽ leftharpoondown  ⇄ rightleftarrows  ⇆ leftrightarrows  ↗ nearrow ↘
searrow  ↙ swarrow  ↖ nwarrow  ⇝ rightsquigarrow  ↠ twoheadrightarrow  ↛ nrightarrow  ⇏ nRightarrow
"""

_OTHER = """
∞ infty  ∂ partial  ∇ nabla  ∀ forall  ∃ exists  ∄ nexists  ∅ emptyset  ⌀ varnothing  ¬ neg  ⊤ top  ∠ angle
∡ measuredangle  ∟ llcorner  △ triangle  ▽ bigtriangledown  □ square  ◻ square  ■ blacksquare  ◊ lozenge
♠ spadesuit  ♥ heartsuit  ♦ diamondsuit  ♣ clubsuit  ♭ flat  ♮ natural  ♯ sharp  ℏ hbar  ħ hbar  ℓ ell  ℘ wp
ℜ Re  ℑ Im  ℵ aleph  ℶ beth  ℧ mho  ı imath  ȷ jmath  … ldots  ⋯ cdots  ⋮ vdots  ⋱ ddots  ∑ sum  ∏ prod
∐ coprod  ∫ int  ∬ iint  ∭ iiint  ∮ oint  ⋂ bigcap  ⋃ bigcup  ⨁ bigoplus  ⨂ bigotimes  ⋀ bigwedge  ⋁ bigvee
⨆ bigsqcup  √ surd  ∴ therefore  ∵ because  ⟨ langle  ⟩ rangle  〈 langle  〉 rangle  〈 langle  〉 rangle
⌈ lceil  ⌉ rceil  ⌊ lfloor  ⌋ rfloor  ↑ uparrow  ↓ downarrow  ↕ updownarrow  ⇑ Uparrow  ⇓ Downarrow
⇕ Updownarrow  § S  ¶ P  £ pounds  © copyright  ✓ checkmark  ∁ complement  ⏟ underbrace  ⏞ overbrace
"""

_LITERAL = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-", "＋": "+", "∕": "/", "⁄": "/", "∶": ":",
    "‖": r"\|", "║": r"\|", "ǁ": r"\|", "│": "|", "ǀ": "|", "❘": "|", "•": r"\bullet", "●": r"\bullet",
    "′": "'", "’": "'", "‘": "`", "″": "''", "‴": "'''", "⁗": "''''", "°": r"{}^{\circ}", "˚": r"{}^{\circ}",
    "º": r"{}^{\circ}", "%": r"\%", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "\\": r"\backslash", "~": r"\sim", "^": r"{}^{\wedge}", "ˆ": r"{}^{\wedge}", "¯": r"\bar{}",
    "Å": r"\text{Å}",
    "\u212b": r"\text{Å}", "☉": r"\odot", "Ɵ": r"\Theta", "Ʃ": r"\Sigma", "‰": r"\text{‰}", "€": r"\text{€}",
    "½": r"\frac{1}{2}", "⅓": r"\frac{1}{3}", "⅔": r"\frac{2}{3}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}",
    "²": "{}^{2}", "³": "{}^{3}", "¹": "{}^{1}", "≝": r"\overset{\text{def}}{=}", "⩵": "==", "…": r"\ldots",
    "ℝ": r"\mathbb{R}", "ℂ": r"\mathbb{C}", "ℕ": r"\mathbb{N}", "ℤ": r"\mathbb{Z}", "ℚ": r"\mathbb{Q}",
    "ℙ": r"\mathbb{P}", "ℍ": r"\mathbb{H}", "ℳ": r"\mathcal{M}", "ℋ": r"\mathcal{H}", "ℒ": r"\mathcal{L}",
    "ℱ": r"\mathcal{F}", "ℛ": r"\mathcal{R}", "ℬ": r"\mathcal{B}", "ℰ": r"\mathcal{E}", "ℐ": r"\mathcal{I}",
    "ℊ": r"\mathcal{g}", "ℴ": r"\mathcal{o}", "ℯ": r"\mathcal{e}", "𝕜": r"\mathbb{k}", "ℎ": "h",
    "ℌ": r"\mathfrak{H}",
    "ℨ": r"\mathfrak{Z}", "ℭ": r"\mathfrak{C}",
}  # fmt: skip


def _commands(table: str) -> dict[str, str]:
    words = table.replace("\\\\", "\\").split()
    return {character: "\\" + name for character, name in zip(words[::2], words[1::2], strict=True)}


INFIX_COMMANDS = _commands(_INFIX)
SYMBOLS: dict[str, str] = {
    **_commands(_GREEK), **INFIX_COMMANDS, **_commands(_OTHER), **_LATIN_LOOKALIKES, **_LITERAL,
}  # fmt: skip
"""Character to LaTeX (mathematics mode)."""

INFIX = frozenset({*INFIX_COMMANDS.values(), "=", "+", "-", "<", ">", r"\sim", "<<", ">>", ":=", "=="})
"""Operators that are written with a space on both sides between two operands."""

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\ufe00\ufe0e\ufe0f"))
"""Zero-width characters and the invisible operators of MathML, for `str.translate`."""

FUNCTIONS = frozenset(
    [
        "arccos",
        "arcsin",
        "arctan",
        "arg",
        "cos",
        "cosh",
        "cot",
        "coth",
        "csc",
        "deg",
        "det",
        "dim",
        "exp",
        "gcd",
        "hom",
        "inf",
        "ker",
        "lg",
        "lim",
        "liminf",
        "limsup",
        "ln",
        "log",
        "max",
        "min",
        "Pr",
        "sec",
        "sin",
        "sinh",
        "sup",
        "tan",
        "tanh",
    ]
)

_LIMIT_NAMES = (
    "det gcd inf lim liminf limsup max min Pr sup sum prod coprod bigcap bigcup bigoplus bigotimes bigwedge "
    "bigvee bigsqcup int iint iiint oint"
)
LIMIT_BASES = frozenset("\\" + name for name in _LIMIT_NAMES.split(" "))
"""What carries an under- or overscript as `_{...}` and `^{...}`."""

OVER_ACCENTS = {
    "¯": ("bar", "overline"), "‾": ("bar", "overline"), "ˉ": ("bar", "overline"), "_": ("bar", "overline"),
    "̅": ("bar", "overline"), "̄": ("bar", "overline"), "―": ("bar", "overline"), "─": ("bar", "overline"),
    "-": ("bar", "overline"), "−": ("bar", "overline"), "–": ("bar", "overline"), "—": ("bar", "overline"),
    "^": ("hat", "widehat"), "ˆ": ("hat", "widehat"), "̂": ("hat", "widehat"), "∧": ("hat", "widehat"),
    "~": ("tilde", "widetilde"), "˜": ("tilde", "widetilde"), "̃": ("tilde", "widetilde"),
    "∼": ("tilde", "widetilde"), "→": ("vec", "overrightarrow"), "⃗": ("vec", "overrightarrow"),
    "⟶": ("vec", "overrightarrow"), "⇀": ("vec", "overrightarrow"), "←": ("overleftarrow", "overleftarrow"),
    "↔": ("overleftrightarrow", "overleftrightarrow"), "˙": ("dot", "dot"), "̇": ("dot", "dot"),
    ".": ("dot", "dot"),
    "¨": ("ddot", "ddot"), "̈": ("ddot", "ddot"), "..": ("ddot", "ddot"), "⃛": ("dddot", "dddot"),
    "...": ("dddot", "dddot"), "˘": ("breve", "breve"), "̆": ("breve", "breve"), "ˇ": ("check", "check"),
    "̌": ("check", "check"), "´": ("acute", "acute"), "́": ("acute", "acute"), "`": ("grave", "grave"),
    "̀": ("grave", "grave"), "˚": ("mathring", "mathring"), "̊": ("mathring", "mathring"),
    "⏞": ("overbrace", "overbrace"), "︷": ("overbrace", "overbrace"),
}  # fmt: skip
"""Overscript to accent: the command over one letter, the command over more."""

UNDER_ACCENTS = {
    "_": "underline", "¯": "underline", "̲": "underline", "‾": "underline", "―": "underline",
    "⏟": "underbrace",
    "︸": "underbrace", "→": "underrightarrow", "←": "underleftarrow",
}  # fmt: skip

COMBINING_ACCENTS = {
    "\u0300": "grave", "\u0301": "acute", "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar",
    "\u0305": "bar",
    "\u0306": "breve", "\u0307": "dot", "\u0308": "ddot", "\u030a": "mathring", "\u030c": "check",
    "\u20d7": "vec",
}  # fmt: skip

VARIANTS = {
    "bold": "mathbf", "bold-italic": "boldsymbol", "script": "mathcal", "bold-script": "mathcal",
    "fraktur": "mathfrak", "bold-fraktur": "mathfrak", "double-struck": "mathbb", "sans-serif": "mathsf",
    "bold-sans-serif": "mathsf", "sans-serif-italic": "mathsf", "sans-serif-bold-italic": "mathsf",
    "monospace": "mathtt", "normal": "mathrm", "italic": "mathit",
}  # fmt: skip
"""`mathvariant` to the LaTeX alphabet."""

UNICODE_ALPHABETS = {
    "BOLD": "mathbf", "ITALIC": "", "BOLD ITALIC": "boldsymbol", "SCRIPT": "mathcal",
    "BOLD SCRIPT": "mathcal",
    "FRAKTUR": "mathfrak", "BOLD FRAKTUR": "mathfrak", "DOUBLE-STRUCK": "mathbb", "SANS-SERIF": "mathsf",
    "SANS-SERIF BOLD": "mathsf", "SANS-SERIF ITALIC": "mathsf", "SANS-SERIF BOLD ITALIC": "mathsf",
    "MONOSPACE": "mathtt",
}  # fmt: skip
"""Style in the Unicode name of a letter of U+1D400..1D7FF to the LaTeX alphabet."""
