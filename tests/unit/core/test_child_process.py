"""Processes of their own: what they are not told, and how they end."""

import signal
import sys
from pathlib import Path

import pytest

from darwin_assets.child_process import OUT_OF_TIME, ChildProcess

CHILD = """
import os
from darwin_assets.child_process import channels, confine, processor_time

requests, answers = channels()
confine(1 << 30)
answers.send_bytes(" ".join(sorted(os.environ)).encode())
print("goes nowhere", flush=True)
answers.send_bytes(requests.recv())
with processor_time(0.05):
    while True:
        pass
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ChildProcess:
    (tmp_path / "a_child.py").write_text(CHILD)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("DARWIN_KEY", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("PLAIN", "known")
    return ChildProcess("a_child")


def test_secrets_are_not_handed_on_and_time_has_an_end(child: ChildProcess) -> None:
    names = child.answers.recv_bytes().decode().split()
    assert "PLAIN" in names
    assert not [name for name in names if name.startswith(("DARWIN_", "AWS_"))]
    child.send(b"back")
    assert child.answers.recv_bytes() == b"back"
    with pytest.raises(EOFError):
        child.answers.recv_bytes()
    assert child.wait() == -OUT_OF_TIME
    child.send(b"to nobody")
    assert child.end() == -OUT_OF_TIME


def test_one_that_is_alive_is_killed(child: ChildProcess) -> None:
    assert child.end() == -signal.SIGKILL
