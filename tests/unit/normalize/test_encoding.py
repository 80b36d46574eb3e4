"""Decoding and mojibake repair (papers.md D09)."""

import contextlib

import ftfy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.encoding import _mojibake_only, decode, repair

CORRECT = {
    "french": "L’été dernier, « Noël » fut célébré à Besançon ; où était l’œuvre ?",
    "german": "„Übungen“ für Anfänger: Größe, Maß, Straße, ÄÖÜ — 3 % von 5 €",
    "greek": "Η ταχύτητα του φωτός είναι σταθερή. Ένα θεώρημα: ἀγεωμέτρητος μηδεὶς εἰσίτω",
    "chinese": "设函数 f 在区间上连续，则存在一点使得导数为零。",
    "maths": "∀x ∈ ℝ: x² ≥ 0, ∑ₙ 1/n² = π²/6, f∘g ≠ g∘f, ⟨x, y⟩ ⊗ ½",
    "latex": r"The \emph{Schr\"odinger} equation $\hat{H}\psi = E\psi$, ``quoted'' --- ‘curly’",
    "code": 'x <- c("é", "ü")  # “naïve” &amp; &lt;b&gt; \\u00e9',
    "width": "ﬁne ｆｕｌｌ ½ ﬀ",
}


@pytest.mark.parametrize("name", CORRECT)
def test_correct_text_passes_unchanged(name: str) -> None:
    assert repair(CORRECT[name]) == (CORRECT[name], None)


@pytest.mark.parametrize("name", ["french", "german"])
@pytest.mark.parametrize("wrong", ["cp1252", "latin-1"])
def test_mojibake_is_undone(name: str, wrong: str) -> None:
    garbled = CORRECT[name].replace("”", "").replace("“", "").encode().decode(wrong, errors="ignore")
    repaired, note = repair(garbled)
    assert "é" in repaired or "Größe" in repaired
    assert "Ã" not in repaired
    assert note == "repaired mojibake"


@pytest.mark.parametrize("name", CORRECT)
@pytest.mark.parametrize("wrong", ["cp1252", "latin-1", "cp1250", "cp1251", "mac_roman"])
def test_looking_first_changes_nothing_of_the_repair(name: str, wrong: str) -> None:
    """Lines are handed to ftfy only when they may be mojibake; all lines would come back the same."""
    garbled = "plain\n" + CORRECT[name].encode().decode(wrong, errors="replace") + "\nvoilÃ  \x93so\x94 Â\n"
    for text in (garbled, garbled.replace("\xa0", " ")):
        assert repair(text)[0] == ftfy.fix_text(text, _mojibake_only())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_decide(encoding: str) -> None:
    text, note = decode(CORRECT["greek"].encode(encoding))
    assert text == CORRECT["greek"]
    assert (note is None) == (encoding == "utf-8-sig")


LEGACY = {
    "cp1252": "Où était l’été à Besançon, près de là, à côté de la forêt ; très grande différence. ",
    "latin-1": "Die Größe des Körpers ändert sich nicht, wenn man ihn für längere Zeit hält. ",
    "cp1250": "Prędkość światła w próżni jest stała i równa się c, bez względu na układ odniesienia. ",
    "cp1251": "Скорость света в вакууме постоянна и равна c. ",
    "iso8859-7": "Η ταχύτητα του φωτός είναι σταθερή και ίση με c. ",
    "shift_jis": "光の速さは一定である。",
    "gb18030": "光速在真空中是恒定的。",
}


@pytest.mark.parametrize("encoding", LEGACY)
def test_legacy_encodings_are_detected(encoding: str) -> None:
    text, note = decode((LEGACY[encoding] * 8).encode(encoding))
    assert text == LEGACY[encoding] * 8
    assert note is not None
    assert note.startswith("decoded as ")


def test_a_few_accents_in_english_are_western() -> None:
    text = "The results are consistent with theory. " * 20 + "Mañana, après la fête, São Paulo."
    assert decode(text.encode("latin-1")) == (text, "decoded as cp1252")


def test_stray_bytes_in_plain_text_cost_only_themselves() -> None:
    text, note = decode(b"plain text with strays " * 40 + b"\x81\x8d\x8f")
    assert text.startswith("plain text with strays ")
    assert note is not None


def test_damaged_utf8_is_not_taken_for_another_encoding() -> None:
    data = CORRECT["greek"].encode() * 3 + b"\xff" + CORRECT["french"].encode()
    text, note = decode(data)
    assert text == CORRECT["greek"] * 3 + "\ufffd" + CORRECT["french"]
    assert note == "replaced 1 undecodable bytes"


def test_binary_data_is_named() -> None:
    with pytest.raises(Unreadable) as caught:
        decode(bytes(range(32)) * 50)
    assert caught.value.rule == "encoding.binary"
    assert caught.value.value == pytest.approx(27 / 32, abs=0.1)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\x1b")))
def test_sound_utf8_decodes_to_itself(text: str) -> None:
    if not text.startswith("\ufeff"):
        assert decode(text.encode(), max_control_share=1.0) == (text, None)


@given(st.binary(max_size=400))
def test_any_bytes_decode_or_are_named(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        text, _ = decode(data)
        repaired, note = repair(text)
        assert (repaired == text) == (note is None)


@pytest.mark.shared_data
def test_real_documents_need_no_repair(shared_data) -> None:
    files = [
        *sorted(shared_data.glob("textbooks/openlogic/**/*.tex")),
        *sorted(shared_data.glob("html/**/*.html")),
    ]
    assert len(files) > 150
    for path in files:
        text, note = decode(path.read_bytes())
        assert note is None
        assert repair(text) == (text, None)
