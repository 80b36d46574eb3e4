"""Opt-out signals: what each protocol says, and what it does not say."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.acquire.signals import CODES, MAX_EVIDENCE_CHARS, code_of, merged, signal
from darwin_assets.acquire.signals.page import header_signals, meta_signals
from darwin_assets.acquire.signals.robots import AI_AGENTS, MAX_BYTES, _matches, parse, signals
from darwin_assets.acquire.signals.site import Sites, drop_signals, reader, site_files

SITE = b"""\
# all may read, but no model may be trained
User-agent: *
Content-Signal: search=yes, ai-train=no
Allow: /
Disallow: /private/

User-agent: GPTBot
User-agent: CCBot
Disallow: /
Allow: /open/

User-agent: Bingbot
Disallow: /
"""


def codes(text: bytes, path: str) -> set[str]:
    return {code_of(one) for one in signals(parse(text), path, "robots.txt")}


def test_an_agent_that_collects_for_ai_is_named():
    found = list(signals(parse(SITE), "/a", "/robots.txt of a.org"))
    assert "robots.ai: /robots.txt of a.org, ccbot, gptbot" in found
    assert codes(SITE, "/a") == {"robots.ai", "content-signal"}
    assert codes(SITE, "/open/a") == {"content-signal"}
    assert codes(SITE, "/private/a") == {"robots.ai", "robots.any", "content-signal"}


def test_other_agents_and_empty_rules_say_nothing():
    assert codes(b"User-agent: Bingbot\nDisallow: /", "/a") == set()
    assert codes(b"User-agent: *\nDisallow:", "/a") == set()
    assert codes(b"Disallow: /", "/a") == set()
    assert codes(b"\xff\xfe\x00garbage: \n:::", "/a") == set()


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/", "/a", True),
        ("/a", "/ab", True),
        ("/a/", "/a", False),
        ("/*.pdf", "/x/a.pdf?b", True),
        ("/*.pdf$", "/x/a.pdf?b", False),
        ("/*.pdf$", "/x/a.pdf", True),
        ("*.txt", "/x/a.txt", True),
        ("a", "/ab", True),
        ("/%7Eada", "/~ada/x", True),
        ("/a*b*c$", "/a1b2c", True),
        ("/a*b*c$", "/a1c2b", False),
        ("/ab*ab$", "/ab", False),
        ("", "/a", True),
        ("$", "/a", False),
    ],
)
def test_patterns_of_paths(pattern, path, matches):
    assert _matches(pattern, path) is matches


def test_the_longest_rule_counts_and_of_equals_the_one_that_allows():
    assert codes(b"User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b") == set()
    assert codes(b"User-agent: *\nDisallow: /a/b\nAllow: /a", "/a/b") == {"robots.any"}
    assert codes(b"User-agent: *\nDisallow: /a\nAllow: /a", "/a") == set()


def test_a_pattern_of_many_stars_costs_little():
    text = b"User-agent: *\nDisallow: /" + b"*a" * 5000 + b"*b$"
    assert codes(text, "/" + "a" * 5000) == set()


def test_rules_far_behind_the_limit_are_not_read():
    assert codes(b"#" * MAX_BYTES + b"\nUser-agent: *\nDisallow: /", "/a") == set()


@pytest.mark.slow
@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_are_read(data, path):
    for name in ("robots.txt", "ai.txt", "tdmrep.json"):
        asked = reader(name, data)
        assert asked is not None
        assert {code_of(one) for one in asked("/" + path, name)} <= set(CODES)


def test_preferences_with_and_without_a_path():
    text = b"User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: /open/ train-ai=y\nAllow: /"
    assert codes(text, "/a") == {"aipref"}
    assert codes(text, "/open/a") == set()
    assert codes(b"User-agent: *\nContent-Signal: ai-input=no, search=no", "/a") == set()


def test_headers_of_an_answer():
    def found(*headers: tuple[str, str]) -> set[str]:
        return {code_of(one) for one in header_signals(headers)}

    assert found(("TDM-Reservation", "1"), ("tdm-policy", "https://a.org/p.json")) == {"tdm"}
    assert found(("tdm-reservation", "0")) == set()
    assert found(("X-Robots-Tag", "noindex, noai, noimageai")) == {"noai"}
    assert found(("X-Robots-Tag", "otherbot: noai")) == {"noai"}
    assert found(("X-Robots-Tag", "noimageai, noindex")) == set()
    assert found(("Content-Usage", "train-ai=n, search=y")) == {"aipref"}
    assert found(("Content-Usage", "train-ai=y")) == set()
    assert found(("content-signal", "ai-train=no")) == {"content-signal"}
    assert list(header_signals([("tdm-reservation", "1"), ("tdm-policy", "https://a.org/p")])) == [
        "tdm: HTTP header, policy https://a.org/p"
    ]


def test_meta_elements_of_a_page():
    def found(page: str, media_type: str = "text/html") -> set[str]:
        return {code_of(one) for one in meta_signals(media_type, page.encode())}

    assert found('<meta name="tdm-reservation" content="1">') == {"tdm"}
    assert found("<META CONTENT='1' NAME=tdm-reservation />") == {"tdm"}
    assert found('<meta name="tdm-reservation" content="0">') == set()
    assert found('<meta name="robots" content="noai, noimageai">') == {"noai"}
    assert found('<meta name="robots" content="noindex">') == set()
    assert found('<meta name="robots" content="noai">', "text/plain") == set()
    assert found('<head></head><body><p>&lt;meta&gt; <meta name="robots" content="noai">') == set()


def test_a_reservation_for_a_part_of_a_site():
    rules = [{"location": "/*", "tdm-reservation": 1}, {"location": "/open/*", "tdm-reservation": 0}]
    asked = reader(".well-known/tdmrep.json", json.dumps(rules).encode())
    assert asked
    assert [code_of(one) for one in asked("/a", "x")] == ["tdm"]
    assert list(asked("/open/a", "x")) == []
    assert list(reader("tdmrep.json", b'{"location": "/"}')("/a", "x")) == []
    assert list(reader("tdmrep.json", b"[" * 100_000)("/a", "x")) == []


def test_sites_speak_for_their_own_host_whenever_they_are_heard():
    sites = Sites()
    sites.hear("https://a.org/x.html", b"User-agent: *\nDisallow: /")
    sites.hear("https://user@A.org/robots.txt", b"User-agent: *\nDisallow: /x")
    sites.hear("http://b.org/ai.txt", b"User-Agent: *\nDisallow: *.html\n")
    assert sites.signals("https://a.org/x.html") == ["robots.any: /robots.txt of a.org"]
    assert sites.signals("https://a.org/y.html") == []
    assert sites.signals("https://b.org/y.html") == ["ai-txt: /ai.txt of b.org, *"]
    assert sites.signals("drop:a/x.html") == []
    assert sites.signals("http://[bad/x") == []
    assert sites.signals(None) == []


def test_site_files_of_a_drop_speak_for_what_lies_below(tmp_path):
    (tmp_path / "a.org" / ".well-known").mkdir(parents=True)
    (tmp_path / "a.org" / ".well-known" / "tdmrep.json").write_text('[{"location": "/x", "tdm-reservation": 1}]')
    (tmp_path / "a.org" / "robots.txt").write_text("User-agent: GPTBot\nDisallow: /y")
    (tmp_path / "robots.txt").symlink_to(tmp_path / "a.org" / "robots.txt")
    files = site_files(tmp_path)
    assert sorted(files) == ["a.org/.well-known/tdmrep.json", "a.org/robots.txt"]
    assert drop_signals(files, "a.org/x.html", None) == ["tdm: a.org/.well-known/tdmrep.json in the drop"]
    named = drop_signals(files, "a.org/z.html", "https://a.org/y/z.html")
    assert named == ["robots.ai: a.org/robots.txt in the drop, gptbot"]
    assert drop_signals(files, "b.org/x.html", None) == []


def test_a_signal_is_one_bounded_line():
    stored = signal("tdm", "a\nb\x00" + "c" * 1000)
    assert stored.startswith("tdm: a b c")
    assert len(stored) == MAX_EVIDENCE_CHARS + len("tdm: ")
    with pytest.raises(ValueError, match="CODES"):
        signal("nonsense", "")
    assert merged(["b", "a"], None, ["a"]) == ["a", "b"]
    assert all(agent == agent.lower() for agent in AI_AGENTS)
