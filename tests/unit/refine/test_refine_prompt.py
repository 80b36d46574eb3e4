"""The L4 prompt is a versioned file with every rule of the catalogue and the document last."""

import re

from darwin_assets.refine.answer import CLOSE_TAG, OPEN_TAG
from darwin_assets.refine.prompt import PROMPT, instructions, messages, prompt_id


def test_the_document_comes_last_and_alone() -> None:
    chat = messages("A wave.")
    assert [message["role"] for message in chat] == ["system", "user"]
    assert chat[1]["content"] == "A wave."
    assert chat[0] == messages("Another wave.")[0]


def test_the_prompt_holds_the_contract_and_every_rule() -> None:
    text = instructions(PROMPT)
    assert OPEN_TAG in text
    assert CLOSE_TAG in text
    sections = re.split(r"^# ", text, flags=re.MULTILINE)[1:]
    counts = {section.split("\n")[0]: len(re.findall(r"^\d+\. ", section, re.MULTILINE)) for section in sections}
    assert (counts["Take away"], counts["Mend"], counts["Keep exactly"]) == (12, 7, 8)


def test_the_id_names_version_and_content() -> None:
    assert re.fullmatch(r"faithful_refiner\.v1\.[0-9a-f]{12}", prompt_id())
