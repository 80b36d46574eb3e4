"""Plain prose without end, the same for the same seed: long and varied enough for the rules of L2."""

import random

WORDS = """
old careful second northern quiet young copper distant printed honest wooden patient grey heavy empty friendly broken
bridge farmer engine harbour committee teacher cable river map merchant harvest laboratory mill doctor mountain garden
carried measured forgot repaired described followed painted counted warmed divided remembered protected compared feared
because while before after although until
near behind above below beside beyond
"""
QUALITIES, THINGS, ACTIONS, LINKS, PLACES = (line.split() for line in WORDS.strip().splitlines())


def prose(seed: int, n_sentences: int = 20) -> str:
    """Paragraphs of five sentences; texts of two seeds share hardly a run of five words."""
    draw = random.Random(seed)
    sentences = [_sentence(draw) for _ in range(n_sentences)]
    return "\n\n".join(" ".join(sentences[start : start + 5]) for start in range(0, n_sentences, 5)) + "\n"


def reworded(text: str, seed: int, n_words: int = 2) -> str:
    """The same text with some of its words replaced: a near-duplicate."""
    draw = random.Random(seed)
    words = text.split(" ")
    for place in draw.sample(range(1, len(words) - 1), n_words):
        words[place] = draw.choice(ACTIONS)
    return " ".join(words)


def _sentence(draw: random.Random) -> str:
    def thing() -> str:
        return f"the {draw.choice(QUALITIES)} {draw.choice(THINGS)}"

    first = f"{thing().capitalize()} {draw.choice(ACTIONS)} {thing()} {draw.choice(PLACES)} {thing()}"
    return f"{first} {draw.choice(LINKS)} {thing()} {draw.choice(ACTIONS)} {thing()} of {thing()}."
