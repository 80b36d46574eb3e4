"""Which table of before Unicode bytes are in: the right one, or none."""

import random

import pytest

from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.encoding import decode
from darwin_assets.normalize.legacy_encoding import likely_encoding

TEXTS = {
    "fr": "Où était l’été à Besançon, près de là, à côté de la forêt ? La différence de température était très grande.",
    "de": "Die Größe des Körpers ändert sich nicht, wenn man ihn für längere Zeit hält. Das prüfen wir später ausführlich.",
    "es": "La señal llegó mañana y noche; los niños midieron el ángulo según la lección número veintidós, ¿y después qué?",
    "fi": "Valon nopeus tyhjiössä on vakio. Mittaustulos ei riipu siitä, miten lähde liikkuu, ja tämän näytämme seuraavassa.",
    "is": "Þyngdarkrafturinn verkar á alla hluti. Það sést þegar við sleppum steini og hann fellur beint niður á jörðina.",
    "pl": "Prędkość światła w próżni jest stała. Wartość ta nie zależy od układu odniesienia, co później dokładnie wykażemy.",
    "cs": "Rychlost světla ve vakuu je stálá. Tato věta platí v každé soustavě, což později důkladně ukážeme",
    "hu": "A fény sebessége vákuumban állandó. Ez a tétel minden rendszerben igaz, amit később még bővebben is megmutatunk.",
    "hr": "Brzina svjetlosti u vakuumu je stalna. Ta tvrdnja vrijedi u svakom sustavu, što ćemo kasnije točnije pokazati.",
    "ro": "Viteza luminii în vid este constantă. Această propoziţie este adevărată în orice sistem; o vom arăta mâine.",
    "tr": "Işığın boşluktaki hızı sabittir. Bu önerme her sistemde doğrudur; bunu daha sonra örneklerle göstereceğiz.",
    "lt": "Šviesos greitis tuštumoje yra pastovus. Šis teiginys galioja kiekvienoje sistemoje, ką vėliau įrodysime išsamiau.",
    "lv": "Gaismas ātrums tukšumā ir nemainīgs. Šis apgalvojums ir spēkā katrā sistēmā, ko vēlāk parādīsim ar piemēriem.",
    "ru": "Скорость света в вакууме постоянна. Это утверждение верно в любой системе отсчёта, что мы покажем позже.",
    "uk": "Швидкість світла у вакуумі стала. Це твердження є правильним у будь-якій системі, що ми покажемо пізніше.",
    "el": "Η ταχύτητα του φωτός στο κενό είναι σταθερή. Άλλες προτάσεις ισχύουν σε κάθε σύστημα, όπως θα δείξουμε αργότερα.",
    "he": "מהירות האור בריק קבועה. המשפט הזה נכון בכל מערכת ייחוס, ואת זה נראה בהמשך בעזרת דוגמה פשוטה.",
    "ar": "سرعة الضوء في الفراغ ثابتة. هذه العبارة صحيحة في كل نظام، وهذا ما سنبينه لاحقا بمثال بسيط.",
    "th": "ความเร็วของแสงในสุญญากาศมีค่าคงที่ ข้อความนี้เป็นจริงในทุกระบบ ซึ่งเราจะแสดงให้เห็นในภายหลัง",
    "vi": "Tôi đi bộ về nhà và mua cơm ở gần trường. Hôm nay trời mưa to nên chúng tôi không đi chơi được.",
    "zh": "光速在真空中是恒定的。设函数在区间上连续，则存在一点使得导数为零。这是一个重要的定理。",
    "tw": "光速在真空中是恆定的。設函數在區間上連續，則存在一點使得導數為零。這是一個重要的定理。",
    "ja": "光の速さは一定である。これは特殊相対性理論の基本的な仮定の一つであり、実験によって確かめられている。",
    "ko": "빛의 속도는 일정하다. 이것은 특수 상대성 이론의 기본 가정 가운데 하나이며 실험으로 확인되었다.",
}  # fmt: skip
TABLES = {
    "fr": ["cp1252"], "de": ["cp1252"], "es": ["cp1252"], "fi": ["cp1252"], "is": ["cp1252"], "pl": ["cp1250", "iso8859-2"],
    "cs": ["cp1250", "iso8859-2"], "hu": ["cp1250", "iso8859-2"], "hr": ["cp1250", "iso8859-2"],
    "ro": ["cp1250", "iso8859-2"], "tr": ["cp1254"], "lt": ["cp1257"], "lv": ["cp1257"],
    "ru": ["cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic"], "uk": ["cp1251", "koi8-u"],
    "el": ["cp1253", "iso8859-7"],
    "he": ["cp1255"], "ar": ["cp1256"], "th": ["cp874"], "zh": ["gb18030"], "tw": ["big5"], "ja": ["shift_jis", "euc_jp"],
    "ko": ["euc_kr"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "table"), [(language, table) for language in TABLES for table in TABLES[language]]
)
def test_a_language_shows_its_table(language: str, table: str) -> None:
    data = TEXTS[language].encode(table)
    found = likely_encoding(data)
    assert found is not None
    assert data.decode(found) == TEXTS[language]


@pytest.mark.parametrize("language", ["cs", "ru", "el"])
def test_mark_up_in_ascii_hides_no_language(language: str) -> None:
    table = TABLES[language][0]
    page = "".join(f'<p class="wide paragraph of the page">{word}</p>' for word in TEXTS[language].split()) * 2
    assert likely_encoding(page.encode(table)) == table


NOISE = random.Random(7).randbytes(2000)
ENGLISH = "The speed of light is constant, and that is what the results of the measurement show in every frame. "


@pytest.mark.parametrize(
    "foreign",
    [
        "“So,” he said — ‘don’t’… 25 °C, ±3 µm, ½ £, © 2001, § 4 • item",
        "Mañana, après la fête, São Paulo.",
        "Schrödinger met Ångström and Poincaré.",
        "Søren Kierkegaard, Gauß",
    ],
)
def test_english_with_a_few_other_characters_is_western(foreign: str) -> None:
    text = ENGLISH * 20 + foreign
    assert decode(text.encode("cp1252")) == (text, "decoded as cp1252")


@pytest.mark.parametrize(
    ("names", "table"),
    [
        ("Jiří Černý, Dvořák, Přemysl", "cp1250"),
        ("Wałęsa, Łódź, Żeromski", "cp1250"),
        ("Erdős, Kőnig", "cp1250"),
        ("Atatürk, Işık, Güneş", "cp1254"),
    ],
)
def test_names_in_an_english_text_show_their_table(names: str, table: str) -> None:
    assert likely_encoding((ENGLISH * 3 + names).encode(table)) == table


@pytest.mark.parametrize(
    "data",
    [
        (ENGLISH + TEXTS["ru"][:16]).encode("cp1251"),
        NOISE,
    ],
)
def test_what_is_not_certain_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable) as raised:
        decode(data, max_control_share=1.0)
    assert raised.value.rule == "encoding.unknown"


def test_japanese_in_seven_bits_is_read() -> None:
    assert decode(TEXTS["ja"].encode("iso2022_jp")) == (TEXTS["ja"], "decoded as iso2022_jp_2")
    assert decode(TEXTS["ko"].encode("iso2022_kr")) == (TEXTS["ko"], "decoded as iso2022_kr")


def test_a_declaration_is_believed_where_it_fits() -> None:
    text = "Šárka a Jiří"
    assert decode(text.encode("cp1250"), ("windows-1250",)) == (text, "decoded as cp1250")
    assert decode(text.encode(), ("windows-1250",)) == (text, None)
    for useless in ("utf-16", "utf-7", "unicode_escape", "punycode", "hex", "cp037", "no such", ""):
        with pytest.raises(Unreadable):
            decode(NOISE, (useless,), max_control_share=1.0)
