"""robots.txt and ai.txt (RFC 9309), with the preferences that may stand in them: Content-Signal and Content-Usage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from darwin_assets.acquire.signals import signal
from darwin_assets.acquire.signals.preferences import CONTENT_SIGNAL, CONTENT_USAGE, refusals
from darwin_assets.acquire.wide_text import in_utf8

MAX_BYTES = 500 * 1024
"""RFC 9309 §2.5: a parser reads at least 500 KiB; what stands behind it is not looked at."""

AI_AGENTS = frozenset(
    {
        "ai2bot", "amazonbot", "anthropic-ai", "applebot-extended", "bytespider", "ccbot", "chatgpt-user", "claude-web",
        "claudebot", "cohere-ai", "cohere-training-data-crawler", "cotoyogi", "diffbot", "facebookbot", "google-extended",
        "gptbot", "icc-crawler", "imagesiftbot", "img2dataset", "kangaroo bot", "laion-huggingface-processor",
        "meta-externalagent", "mistralai-user", "oai-searchbot", "omgili", "omgilibot", "pangubot", "perplexitybot",
        "petalbot", "semrushbot-ocob", "timpibot", "velenpublicwebcrawler", "webzio-extended", "youbot",
    }
)  # fmt: skip
"""Product tokens, in lower case, under which operators collect for AI, as they document them themselves."""

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """`allow` or disallow a path; a path that begins with neither "/" nor "*" is taken from the root."""

    allow: bool
    path: str


@dataclass(frozen=True, slots=True)
class Preference:
    """`Content-Signal` or `Content-Usage` with the path that it is about ("": all)."""

    name: str
    path: str
    value: str


@dataclass(slots=True)
class Robots:
    """Agent in lower case → its rules; and the preferences of all groups."""

    rules: dict[str, list[Rule]] = field(default_factory=dict)
    preferences: list[Preference] = field(default_factory=list)


def parse(data: bytes) -> Robots:
    """Read a robots.txt. Whatever is not understood is passed over, as the standard says."""
    found = Robots()
    agents: list[str] = []
    in_header = False
    for name, value in _lines(data):
        if name == "user-agent":
            agents = [*agents, value.lower()] if in_header else [value.lower()]
            in_header = True
            found.rules.setdefault(value.lower(), [])
            continue
        in_header = False
        if name in ("allow", "disallow"):
            for agent in agents:
                found.rules[agent].append(Rule(name == "allow", value))
        elif name in (CONTENT_SIGNAL, CONTENT_USAGE):
            path, _, rest = value.partition(" ")
            scoped = path.startswith("/")
            found.preferences.append(Preference(name, path if scoped else "", rest if scoped else value))
    return found


def _lines(data: bytes) -> Iterator[tuple[str, str]]:
    for line in in_utf8(data[:MAX_BYTES]).decode("utf-8-sig", "replace").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def signals(robots: Robots, path: str, where: str) -> Iterator[str]:
    """What a robots.txt that stands at `where` says against AI use of `path` ("/a?b")."""
    named = sorted(agent for agent in AI_AGENTS & set(robots.rules) if forbids(robots.rules[agent], path))
    if named:
        yield signal("robots.ai", f"{where}, {', '.join(named)}")
    if forbids(robots.rules.get(EVERYBODY, []), path):
        yield signal("robots.any", where)
    for name in (CONTENT_SIGNAL, CONTENT_USAGE):
        fitting = [one for one in robots.preferences if one.name == name and _matches(one.path, path)]
        longest = max((len(one.path) for one in fitting), default=0)
        for one in fitting:
            if len(one.path) == longest:
                yield from refusals(name, one.value, where)


def ai_txt_signals(robots: Robots, path: str, where: str) -> Iterator[str]:
    """What an ai.txt, written in the same grammar, says: a rule for everybody is about AI there."""
    agents = sorted(agent for agent in robots.rules if forbids(robots.rules[agent], path))
    if agents:
        yield signal("ai-txt", f"{where}, {', '.join(agents)}")


def forbids(rules: list[Rule], path: str) -> bool:
    """Whether the rule with the longest matching path disallows; of two as long as each other the one that allows wins."""
    fitting = [(len(rule.path), rule.allow) for rule in rules if rule.path and _matches(rule.path, path)]
    return bool(fitting) and not max(fitting)[1]


def _matches(pattern: str, path: str) -> bool:
    """Whether a path begins as the pattern says: `*` any characters, `$` at the end of it the end (RFC 9309 §2.2.3).

    Piece by piece from the left, so that a pattern of many stars costs no more than its length times that of the path.
    """
    pattern, path = unquote(pattern), unquote(path)
    if pattern and pattern[0] not in "/*":
        pattern = "/" + pattern
    at_end = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    for number, piece in enumerate(rest, 1):
        if at_end and number == len(rest):
            return path.endswith(piece) and len(path) - len(piece) >= place
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return not at_end or place == len(path)
