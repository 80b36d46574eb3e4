"""Languages other than English: what only lays a text out anew passes, what changes it does not."""

import textwrap

import pytest

from darwin_assets.refine.guards import check
from darwin_assets.refine.recipes import check as check_recipe
from darwin_assets.refine.settings import RefineSettings

SETTINGS = RefineSettings()
PASSAGES = {
    "de": "Die Wärmeleitfähigkeit eines Stoffes beschreibt, wie gut er Wärme überträgt. Für Kupfer beträgt der Wert etwa "
    "401 W/(m·K), für Glas nur 0,8 W/(m·K).\n\nDie Messung erfolgte bei 20 °C an einem Stab von 15 cm Länge.",
    "fr": "La conductivité thermique d’un matériau décrit sa capacité à transmettre la chaleur. Pour le cuivre, elle vaut "
    "environ 401 W/(m·K).\n\nLa mesure a été effectuée à 20 °C sur une barre de 15 cm de longueur.",
    "ru": "Теплопроводность вещества показывает, насколько хорошо оно передаёт тепло. Для меди эта величина равна примерно "
    "401 Вт/(м·К).\n\nИзмерение проводилось при 20 °C на стержне длиной 15 см.",
    "el": "Η θερμική αγωγιμότητα ενός υλικού δείχνει πόσο καλά μεταφέρει τη θερμότητα. Για τον χαλκό η τιμή είναι περίπου "
    "401 W/(m·K).\n\nΗ μέτρηση έγινε στους 20 °C σε ράβδο μήκους 15 cm.",
    "ar": "تصف الموصلية الحرارية لمادة ما مدى قدرتها على نقل الحرارة. تبلغ قيمتها للنحاس نحو 401 واط.\n\nأجري القياس عند "
    "20 درجة على قضيب طوله 15 سم.",
    "tr": "Isıl iletkenlik, bir maddenin ısıyı ne kadar iyi ilettiğini gösterir. İstanbul'da bakır için değer yaklaşık "
    "401 W/(m·K) bulunmuştur.\n\nİlk ölçüm 20 °C'de 15 cm uzunluğunda bir çubukta yapıldı.",
    "zh": "热导率描述材料传递热量的能力。在金属中，热量主要由自由电子传递，因此良好的导电体通常也是良好的导热体。铜的热导率"
    "约为401W/(m·K)。\n\n测量在20°C下进行，使用长度为15厘米的金属棒。",
    "ja": "熱伝導率は、物質が熱をどれだけよく伝えるかを表す量である。電気をよく通すものは熱もよく通す。銅では約"
    "401W/(m·K)である。\n\n測定は20°Cで、長さ15cmの棒について行われた。",
}
CHANGED = {
    "negated": ("zh", "通常也是", "通常也不是", {"polarity", "new_words"}),
    "no longer negated": ("zh", "主要由", "", {"lost_words"}),
    "another word": ("zh", "铜的", "铝的", {"new_words", "lost_words"}),
    "another number": ("zh", "15厘米", "51厘米", {"new_numbers", "lost_numbers"}),
    "a claim more": ("zh", "导热体。", "导热体。玻璃也是。", {"new_words"}),
    "turned round": ("ja", "もよく通す", "もよく通さない", {"new_words"}),
}


def failed(before: str, after: str, settings: RefineSettings = SETTINGS) -> set[str]:
    return {result.name for result in check_recipe(before, after, settings) if not result.passed}


@pytest.mark.parametrize("language", PASSAGES)
def test_lines_are_joined_and_page_numbers_go_in_any_language(language: str) -> None:
    text = PASSAGES[language]
    if language not in ("zh", "ja"):
        wrapped = "\n\n".join("\n".join(textwrap.wrap(one, 40)) for one in text.split("\n\n"))
        assert not failed(wrapped, text)
    assert not failed(text.replace("\n\n", "\n\n— 47 —\n\n"), text)


@pytest.mark.parametrize("language", PASSAGES)
def test_a_sentence_that_is_gone_is_seen_in_any_language(language: str) -> None:
    text = PASSAGES[language]
    assert "lost_sentences" in failed(text, text.partition("\n\n")[0])
    assert "lost_sentences" in failed(text, text.partition("\n\n")[2])


@pytest.mark.parametrize("name", CHANGED)
def test_every_sign_counts_where_no_spaces_stand_between_words(name: str) -> None:
    language, old, new, guards = CHANGED[name]
    text = PASSAGES[language]
    assert old in text
    assert guards <= failed(text, text.replace(old, new))


def test_a_name_in_turkish_is_not_new_when_written_anew() -> None:
    reorganising = SETTINGS.model_copy(update={"recipe": "reorganising"})
    text = "Ölçümler yapıldı; İzmir ve İstanbul'da değer 401 bulundu, bu da beklenen değere çok yakındı."
    assert not failed(text, text.replace("bulundu, bu", "bulundu. Bu"), reorganising)


def test_l4_and_its_faithful_recipe_measure_the_same() -> None:
    before, after = PASSAGES["zh"], PASSAGES["zh"].replace("铜", "铝")
    assert check(before, after, SETTINGS) == check_recipe(before, after, SETTINGS)
