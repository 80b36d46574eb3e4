"""How a server is kept for several processes: found, shared, started again, ended. Real processes, ports and signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from resources.language_model import ChatRequest, ConfigurationError, LanguageModel, MissingPackageError
from resources.language_model.vllm_command import answer_arguments
from resources.language_model.vllm_server import VllmServer
from resources.server_keeper.processes import start_ticks
from tests.vllm_double import DIE, ROOT, VERSION, write_executable, write_model

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 30.0
Opened = Callable[..., LanguageModel]


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Fields of a model behind the double; whatever it started is ended afterwards."""
    folder = tmp_path / "servers"
    yield {
        "engine": "vllm",
        "model": str(write_model(tmp_path / "double-model")),
        "vllm": str(write_executable(tmp_path / "vllm")),
        "vllm_folder": str(folder),
        "vllm_start_seconds": PATIENCE_SECONDS,
        "vllm_drain_seconds": 5,
        "vllm_idle_seconds": 60.0,
    }
    for lease in folder.glob("*/lease.json"):
        found = json.loads(lease.read_text(encoding="utf-8"))
        if is_alive(found["keeper"]):
            os.kill(found["keeper"], signal.SIGTERM)
        assert until(lambda found=found: not is_alive(found["keeper"]))
        assert until(lambda found=found: not is_alive(found.get("server", 0)))


@pytest.fixture
def opened(settings: dict[str, Any]) -> Iterator[Opened]:
    """Models of the settings with some changed, closed at the end."""
    models: list[LanguageModel] = []

    def build(**changed: Any) -> LanguageModel:
        models.append(LanguageModel(**settings | changed))
        return models[-1]

    yield build
    for model in models:
        model.close()


def is_alive(process: int) -> bool:
    return process > 0 and start_ticks(process) is not None and _state(process) != "Z"


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def until(happened: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What ``happened`` returns once it is true, else its last false."""
    deadline = time.monotonic() + seconds
    while not (found := happened()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def server_of(model: LanguageModel) -> VllmServer:
    return model._open()._server  # type: ignore[attr-defined,no-any-return]


def question(text: str = "hello") -> ChatRequest:
    return ChatRequest(text, ({"role": "user", "content": text},), 64)


def ask(model: LanguageModel, *texts: str) -> list[str | None]:
    return [reply.text for reply in model.answer(map(question, texts), store=None, prompt_id="p")]


def test_it_starts_at_the_first_use_and_stays_when_a_step_is_over(opened: Opened) -> None:
    model = opened()
    fingerprint = model.fingerprint()
    server = server_of(model)
    assert not server.home().exists()
    assert ask(model, "hello", "again") in (["hello", "again"], ["again", "hello"])
    lease = server.lease()
    model.close()
    assert lease["state"] == "ready"
    assert fingerprint.startswith("vllm:double-model:")
    assert fingerprint.endswith(f":vllm-{VERSION}")
    assert is_alive(lease["server"])
    assert ask(opened(), "once more") == ["once more"]
    assert server.lease()["server"] == lease["server"]


def test_the_key_is_for_its_owner_alone(opened: Opened) -> None:
    model = opened()
    ask(model, "hello")
    home = server_of(model).home()
    key = server_of(model).lease()["api_key"]
    assert len(key) > 20
    assert (home / "lease.json").stat().st_mode & 0o077 == 0
    assert (home / "server.log").stat().st_mode & 0o077 == 0
    command = Path(f"/proc/{server_of(model).lease()['server']}/cmdline").read_bytes()
    assert key.encode() not in command
    assert key not in repr(model)
    with pytest.raises(ConfigurationError, match="DARWIN_LLM_API_KEY"):
        LanguageModel(engine="openai", base_urls=[server_of(model).lease()["url"]]).fingerprint()


RUN = """
import json, sys
from resources.language_model import ChatRequest, LanguageModel
model = LanguageModel(**json.loads(sys.argv[1]))
request = ChatRequest("k", ({"role": "user", "content": "from a process"},), 64)
assert [r.text for r in model.answer([request], store=None, prompt_id="p")] == ["from a process"]
print(model._open()._server.lease()["server"])
model.close()
"""


def test_processes_that_come_at_once_share_one_server(opened: Opened, settings: dict[str, Any]) -> None:
    settings["vllm_arguments"] = ["--slow-start", "1"]
    started = [
        subprocess.Popen([sys.executable, "-c", RUN, json.dumps(settings)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=2 * PATIENCE_SECONDS)[0].strip() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert len(set(said)) == 1
    log = server_of(opened()).home() / "server.log"
    assert log.read_text(encoding="utf-8").count("started") == 1


def test_one_that_dies_is_started_again_at_the_same_address(opened: Opened) -> None:
    model = opened(backoff_seconds=0.2, max_attempts=2)
    ask(model, "hello")
    before = server_of(model).lease()
    os.kill(before["server"], signal.SIGKILL)
    # the requests wait for it: an attempt that reaches nobody is not counted
    assert ask(model, *(f"text {n}" for n in range(20))).count(None) == 0
    after = server_of(model).lease()
    assert (after["url"], after["restarts"], after["state"]) == (before["url"], 1, "ready")
    assert after["server"] != before["server"]


def test_a_prompt_that_kills_it_fails_alone(opened: Opened) -> None:
    # another may be sent to a server that is dying, and is cut off with it: that is not held against it for long
    model = opened(backoff_seconds=0.2, max_attempts=4, window=1)
    replies = {r.key: r for r in model.answer(map(question, ["a", DIE, "b"]), store=None, prompt_id="p")}
    assert {key: reply.ok for key, reply in replies.items()} == {"a": True, DIE: False, "b": True}
    assert until(lambda: server_of(model).lease()["restarts"] == 4)


def test_it_is_given_up_after_so_many_deaths_and_the_next_use_starts_another(opened: Opened) -> None:
    model = opened(vllm_max_restarts=0)
    ask(model, "hello")
    os.kill(server_of(model).lease()["server"], signal.SIGKILL)
    assert until(lambda: server_of(model).lease()["state"] == "failed")
    assert "ended with code -9" in server_of(model).lease()["reason"]
    assert ask(model, "back") == ["back"]


def test_one_that_does_not_start_says_where_to_look(opened: Opened) -> None:
    model = opened(vllm_arguments=["--fail"])
    with pytest.raises(ConfigurationError, match=r"ended with code 7 while it started; see /.*/server\.log"):
        ask(model, "hello")
    assert until(lambda: server_of(model).lease()["state"] == "failed")


def test_one_that_takes_too_long_is_ended(opened: Opened) -> None:
    model = opened(vllm_start_seconds=1.0, vllm_arguments=["--slow-start", "60"])
    with pytest.raises(ConfigurationError, match=r"not ready in time; see /.*/server\.log"):
        ask(model, "hello")
    assert until(lambda: not is_alive(server_of(model).lease()["server"]))


def test_it_ends_when_nobody_has_used_it_for_a_while(opened: Opened) -> None:
    model = opened(vllm_idle_seconds=1.0)
    ask(model, "hello")
    time.sleep(2.0)
    assert server_of(model).lease()["state"] == "ready"  # in use, if idle
    server = server_of(model)
    model.close()
    assert until(lambda: server.lease()["state"] == "ended")
    assert not is_alive(server.lease()["server"])
    assert ask(model, "later") == ["later"]


def test_told_to_end_it_finishes_the_answers_under_way(opened: Opened, settings: dict[str, Any]) -> None:
    model = opened(vllm_arguments=["--slow-answers", "1"], window=4)
    model.check_ready()
    lease = server_of(model).lease()
    replies = model.answer((question(f"text {n}") for n in range(4)), store=None, prompt_id="p")
    first = next(replies)
    assert first.attempts == 1
    os.kill(lease["keeper"], signal.SIGTERM)
    assert [reply.attempts for reply in replies if reply.ok] == [1, 1, 1]
    assert until(lambda: not is_alive(lease["server"]))


def test_no_server_stays_behind_when_its_keeper_is_killed(opened: Opened) -> None:
    model = opened()
    ask(model, "hello")
    lease = server_of(model).lease()
    os.kill(lease["keeper"], signal.SIGKILL)
    assert until(lambda: not is_alive(lease["server"]))
    assert ask(model, "again") == ["again"]
    assert server_of(model).lease()["keeper"] != lease["keeper"]


def test_the_platforms_secrets_stay_with_the_platform(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARWIN_STORAGE_AWS_SECRET_ACCESS_KEY", "storage secret")
    model = opened()
    ask(model, "hello")
    environment = Path(f"/proc/{server_of(model).lease()['server']}/environ").read_bytes()
    assert b"VLLM_API_KEY=" in environment
    assert b"VLLM_NO_USAGE_STATS=1" in environment
    assert b"DARWIN_" not in environment


def test_other_weights_or_arguments_are_another_model_and_speed_is_not(
    opened: Opened, settings: dict[str, Any]
) -> None:
    def fingerprint(**changed: Any) -> str:
        return opened(**changed).fingerprint()

    usual = fingerprint()
    assert fingerprint(vllm_arguments=["--max-num-seqs", "8", "--enforce-eager"]) == usual
    assert fingerprint(vllm_arguments=["--quantization", "fp8"]) != usual
    write_model(Path(settings["model"]), b"0124")
    assert fingerprint() != usual
    assert answer_arguments(("--dtype=half", "--max-num-seqs=4", "--a", "1", "2")) == ["--a 1 2", "--dtype half"]
    assert answer_arguments(("--max-num-seqs", "4", "-q", "fp8", "-tp", "2", "--a", "-1")) == ["--a -1", "-q fp8"]


def test_a_file_that_an_argument_names_is_known_by_its_content(opened: Opened, tmp_path: Path) -> None:
    template = tmp_path / "chat.jinja"
    template.write_text("one", encoding="utf-8")
    first = opened(vllm_arguments=["--chat-template", str(template)]).fingerprint()
    template.write_text("two", encoding="utf-8")
    assert opened(vllm_arguments=["--chat-template", str(template)]).fingerprint() != first


def test_a_wrong_setting_says_what_to_set(opened: Opened, tmp_path: Path) -> None:
    for changed, error, names in (
        ({"vllm": str(tmp_path / "nowhere")}, MissingPackageError, "DARWIN_LLM_VLLM"),
        ({"model": ""}, ConfigurationError, "DARWIN_LLM_MODEL"),
        ({"model": "org/name"}, ConfigurationError, "name@revision"),
        ({"model": str(tmp_path)}, ConfigurationError, r"config\.json"),
    ):
        with pytest.raises(error, match=names):
            opened(**changed).fingerprint()
        with pytest.raises(error, match=names):
            opened(**changed).check_ready()


def test_a_folder_that_others_may_write_into_is_refused(opened: Opened, settings: dict[str, Any]) -> None:
    folder = Path(settings["vllm_folder"])
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(ConfigurationError, match=r"others may write into .*vllm_folder"):
        ask(opened(), "hello")
    folder.chmod(0o700)
    assert ask(opened(), "hello") == ["hello"]


def test_a_name_on_a_hub_goes_to_vllm_with_its_revision(opened: Opened) -> None:
    server = server_of(opened(model="org/name@abc"))
    command = server._command()
    assert command[1:5] == ["serve", "org/name", "--revision", "abc"]
    assert server.fingerprint.startswith("vllm:org/name:abc:")
