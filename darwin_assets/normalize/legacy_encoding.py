"""Which table of before Unicode bytes are in that do not say so: only where one is clearly likelier than all others.

Tables for Chinese, Japanese and Korean show themselves by their pairs of bytes. Of the others charset-normalizer finds the
script, which it does well; which of several Latin or Greek tables it is, it does not know. That is told by the letters: a
language has few outside of ASCII, and in the wrong table its words hold letters of no one language, or are no words of it.
"""

from __future__ import annotations

import codecs
import re
import string

SAMPLE_BYTES = 64 * 1024
_EXCERPT_BYTES, _WORDS_BYTES = 8 * 1024, 3 * 1024

_PAIRS: dict[str, bytes] = {
    "euc_jp": rb"[\xa1-\xa3][\xa1-\xfe]|[\xa4\xa5][\xa1-\xf6]|[\xb0-\xcf][\xa1-\xfe]",
    "cp949": rb"[\xa1-\xa3][\xa1-\xfe]|[\xb0-\xc8][\xa1-\xfe]",
    "gb18030": rb"[\xa1-\xa3][\xa1-\xfe]|[\xb0-\xd7][\xa1-\xfe]",
    "big5": rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]",
    "cp932": rb"[\x81-\x83\x88-\x97][\x40-\x7e\x80-\xfc]",
}
"""Punctuation, kana and the usual ideographs or syllables of each table, which stand together in it; the narrowest first."""
_MIN_PAIRS, _MIN_USUAL_SHARE, _MIN_KANA_SHARE = 8, 0.8, 0.2
_KANA = re.compile("[ぁ-ヶー]")

_SCRIPTS = ("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "iso8859_2",
            "iso8859_5", "iso8859_7", "koi8_r", "koi8_u", "cp866", "mac_cyrillic")  # fmt: skip
"""What charset-normalizer may choose from: what was in wide use, without its dozens of near relatives."""

_WESTERN = "en fr de es it pt nl sv da no nn fi is ca gl eu af sq ga et"
_CENTRAL = "pl cs sk hu hr sl bs sh ro sq de"
_TABLES: dict[str, str] = {
    "cp1252": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": "tr az",
    "cp1257": "lt lv et pl",
    "cp1258": "vi",
}
"""Tables of the Latin script, with the languages that are written in them."""
_GREEK_TABLES = {"cp1253": "el", "iso8859_7": "el"}
_LETTERS: dict[str, str] = {
    "af": "áèéêëîïóôöû", "az": "çöüğışə", "bs": "ćčđšž", "ca": "àçèéíïòóúü", "cs": "áéíóúýčďěňřšťůž", "da": "áåæéóø",
    "de": "ßäöü", "el": "ΐάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ", "en": "ßàáâãäåæçèéêëíïñóôöøúü", "es": "áéíñóúü",
    "et": "äõöüšž", "eu": "çñ", "fi": "äåöšž", "fr": "àâæçèéêëîïôùûüÿœ", "ga": "áéíóú", "gl": "áéíñóúü",
    "hr": "ćčđšž", "hu": "áéíóöúüőű", "is": "áæéíðóöúýþ", "it": "àèéìíîòóùú", "lt": "ąčėęįšūųž", "lv": "āčēģīķļņšūž",
    "nl": "áèéëíïóöúü", "nn": "åæéòóôø", "no": "åæéêòóôø", "pl": "óąćęłńśźż", "pt": "àáâãçéêíóôõúü", "ro": "âîăşţșț",
    "sh": "ćčđšž", "sk": "áäéíóôúýčďĺľňŕšťž", "sl": "čšž", "sq": "çë", "sv": "äåéö", "tr": "âçîöûüğış",
    "vi": "àáâãèéêìíòóôõùúýăđĩũơư\u0300\u0301\u0303\u0309\u0323ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
}  # fmt: skip
"""Letters of each language that are not in ASCII."""
_CLOSE = 0.02
"""How much messier a table may look that is more like a language."""
_CYRILLIC = "ru uk be bg sr mk kk ky tg mn tt ba cv"
_OTHERS: dict[str, str] = {
    **dict.fromkeys(("cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "mac_cyrillic"), _CYRILLIC),
    "cp1255": "he yi",
    "cp1256": "ar fa ur",
    "cp874": "th",
}
_PLAIN_LETTERS = string.ascii_letters.encode()
_MIN_SCRIPT_SHARE = 0.5
"""Bytes outside of ASCII a letter in ASCII from which on a text may be in another script."""
_MIN_OTHER_SCORE = 0.4
_MIN_FIT = 0.02
_MIN_LEAD = 2.0
"""How much likelier the best table has to be than the next one."""
_WORDS_UNKNOWN = 0.05
"""Probability of a text's language for words of it that look like another's, as names in an English text do."""
_FOREIGN_FACTOR, _MAX_FOREIGN = 0.5, 8
"""What a letter of another language costs, where another table has none there, and how many count."""
_SHARE_POWER = 4
"""Of the share of letters that a language has."""
_MAX_ACCENTED_SHARE, _ACCENTED_WORD = 0.75, 4
"""Of a word of so many letters in the Latin script."""

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MARKUP = re.compile(rb"<[^<>]{1,1000}>|\\[A-Za-z]+|&#?[A-Za-z0-9]+;")
_WORD = re.compile(rb"[A-Za-z\x80-\xff'-]*[\x80-\xff][A-Za-z\x80-\xff'-]*")
_C1 = re.compile(r"[\x80-\x9f]")
_LETTER = re.compile(
    r"[^\x00-\x7f\W]|[\u0300-\u036f]|[¨¯´¸ˆˇ˘˙˚˛˜˝]"
    r"|(?<=[^\W\d_])[^\x00-\x7f\w’‑–—…”“‘](?=[^\W\d_])|^[¶¼½¾¹²³ª](?=[^\W\d_])|^’(?=[α-ω])"
)
"""A letter that is not in ASCII, an accent, or a sign that stands in a word where a letter would."""


def likely_encoding(data: bytes) -> str | None:
    """The encoding of bytes that are not UTF-8, by what is not ASCII in them; None where none is clearly the likeliest."""
    first = _NOT_ASCII.search(data)
    start = max(0, first.start() - _EXCERPT_BYTES) if first else 0
    sample = data[start : start + SAMPLE_BYTES]
    found = _by_pairs(sample)
    if found is not None:
        return found
    sample = _MARKUP.sub(b" ", sample)
    lines = b"\n".join(line for line in re.split(rb"[\r\n]+", sample) if _NOT_ASCII.search(line))[:_EXCERPT_BYTES]
    words = b" ".join(dict.fromkeys(_WORD.findall(sample)))[:_WORDS_BYTES]
    if not _is_latin(lines):
        script = _script(lines)
        if script in _OTHERS:
            is_sure = _probability(words.decode(script, "replace"), _OTHERS[script]) >= _MIN_OTHER_SCORE
            return script if is_sure else None
    return _by_letters(words, lines)


def _is_latin(lines: bytes) -> bool:
    """Whether most letters are in ASCII: a few words in another script are too few to tell its table by."""
    n_plain = sum(lines.count(byte) for byte in _PLAIN_LETTERS)
    return len(_NOT_ASCII.findall(lines)) < _MIN_SCRIPT_SHARE * n_plain


def _by_pairs(sample: bytes) -> str | None:
    """The table for Chinese, Japanese or Korean that the bytes are in, if they are in one."""
    for encoding, usual in _PAIRS.items():
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        n_characters = sum(character > "\x7f" for character in text)
        n_usual = sum(len(run) // 2 for run in re.findall(rb"(?:" + usual + rb"){2,}", sample))
        if n_characters < _MIN_PAIRS or n_usual < _MIN_USUAL_SHARE * n_characters:
            continue
        if encoding != "euc_jp" or len(_KANA.findall(text)) >= _MIN_KANA_SHARE * n_characters:
            return encoding
    return None


def _script(lines: bytes) -> str | None:
    """A table of the script that the lines are in."""
    from charset_normalizer import from_bytes

    matches = list(from_bytes(lines, cp_isolation=list(_SCRIPTS), preemptive_behaviour=False))
    tidiest = min((match.chaos for match in matches), default=0.0)
    close = (match for match in matches if match.chaos <= tidiest + _CLOSE)
    best = max(close, key=lambda match: match.coherence, default=None)
    return best.encoding if best else None


def _by_letters(words: bytes, lines: bytes) -> str | None:
    fits = _fits(words, lines)
    best = max((fit for fit, _ in fits.values()), default=0.0)
    fewest = min((n_foreign for fit, n_foreign in fits.values() if fit >= _MIN_FIT * best), default=0)
    ranks = {
        encoding: fit * _FOREIGN_FACTOR ** min(max(n_foreign - fewest, 0), _MAX_FOREIGN)
        for encoding, (fit, n_foreign) in fits.items()
    }
    ranked = sorted(ranks, key=ranks.__getitem__, reverse=True)
    if not ranked or fits[ranked[0]][0] < _MIN_FIT:
        return None
    is_clear = len(ranked) == 1 or ranks[ranked[0]] >= _MIN_LEAD * ranks[ranked[1]]
    return ranked[0] if is_clear else None


def _fits(words: bytes, lines: bytes) -> dict[str, tuple[float, int]]:
    """How well words and lines fit the languages of each table, and how many letters the best of them lacks.

    Tables that read the words alike are one, the first.
    """
    texts: dict[str, tuple[str, set[str]]] = {}
    for encoding, languages in (_TABLES if _is_latin(lines) else _TABLES | _GREEK_TABLES).items():
        try:
            text = words.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _C1.search(text):
            texts.setdefault(text, (encoding, set()))[1].update(languages.split())
    fits = {}
    for text, (encoding, among) in texts.items():
        of_words, of_lines = _probabilities(text), _probabilities(lines.decode(encoding, "replace"))
        n_characters = len(re.findall(r"[^\x00-\x7f]", text)) + 0.5
        foreign = {language: sum(_n_foreign(word, language) for word in text.split()) for language in sorted(among)}
        fit = {
            language: ((of_words.get(language, 0.0) + _WORDS_UNKNOWN) * of_lines.get(language, 0.0)) ** 0.5
            * (1 - n_foreign / n_characters) ** _SHARE_POWER
            for language, n_foreign in foreign.items()
        }  # fmt: skip
        fits[encoding] = sum(fit.values()), foreign[max(fit, key=fit.__getitem__)]
    return fits


def _n_foreign(word: str, language: str) -> int:
    """Letters of a word that its language lacks; all of them where no word is written so."""
    letters = _LETTER.findall(word)
    is_odd = len(word) >= _ACCENTED_WORD and len(letters) > _MAX_ACCENTED_SHARE * len(word)
    if is_odd and language not in ("el", "vi"):
        return len(letters)
    return sum(letter.lower() not in _LETTERS[language] for letter in letters)


def _probability(text: str, languages: str) -> float:
    found = _probabilities(text)
    return sum(found.get(language, 0.0) for language in languages.split())


def _probabilities(text: str) -> dict[str, float]:
    """Of each language that the text may be in."""
    from darwin_assets.normalize.language_model import language_model

    line = " ".join(text.lower().split()) + "\n"
    return {
        label.removeprefix("__label__"): score for score, label in language_model().predict(line, 20, 0.0, "strict")
    }
