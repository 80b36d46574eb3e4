"""Damaged files of every format through L0 and L1: what became of each, and how much time and memory the worst took.

    python benchmarks/fuzz.py [--files 10000] [--seed 1] [--shared-data ../shared/data]

Files of `fuzz_seeds` are damaged by chance (seeded: the same call makes the same files): bytes flipped, cut off, parts of
others spliced in, parts repeated, and the format's own signs, numbers and names swapped; inside of what is compressed, too.
Beside them go the files as they are, among which some are faulty to begin with. Everything must end as rows with text or a
reason; an exception of a reader in this process counts as a failure and makes the exit code 1. Prints a Markdown table, then
JSON.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import json
import lzma
import random
import re
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fuzz_seeds import Seeds, seeds, to_damage
from darwin_assets.acquire.expand import expand
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.normalize.document import Document
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.workers import Task, parse_all

MAX_READ_SECONDS = 30.0
"""Processor seconds that L0 may take for one of these files, which have 150 KB."""
LIMITS = NormalizeSettings(parse_cpu_seconds=20, parse_memory_bytes=1 << 30)
SIGNS = re.compile(
    rb"<[^<>]{0,200}>|\\[A-Za-z]+|[{}\[\]$&#^_~`|*]{1,3}|\d+ \d+ R|/[A-Z][A-Za-z]+|[A-Za-z-]+:|\d+|\"[^\"]{0,80}\""
)
"""What formats are made of: tags, commands, brackets, references, names, headers, numbers, strings."""
NUMBERS = (b"0", b"-1", b"1", b"65536", b"2147483647", b"4294967296", b"99999999999999999999", b"1e999", b"NaN")


@dataclass
class Tally:
    """What became of the files of one format."""

    files: int = 0
    documents: int = 0
    kept: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """Files that a reader raised an exception for, hung on or made no row of: seed and number of each."""


def mutate(data: bytes, donor: bytes, chance: random.Random) -> bytes:
    """`data` with one to four kinds of damage, `donor` being another file of its format."""
    if chance.random() < 0.5 and (packed := _inside(data, donor, chance)):
        return packed
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(DAMAGE)(data, donor, chance) or data
    return data


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + int(chance.paretovariate(0.6)))


def _flip(data: bytes, _donor: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(int(chance.paretovariate(0.7)) % 200):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, _donor: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _drop(data: bytes, _donor: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _splice(data: bytes, donor: bytes, chance: random.Random) -> bytes:
    (start, end), at = _span(donor, chance), chance.randrange(len(data))
    return data[:at] + donor[start:end] + data[at + chance.choice((0, end - start)) :]


def _repeat(data: bytes, _donor: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    times = min(int(chance.paretovariate(0.4)), 300_000 // max(end - start, 1))
    return data[:end] + data[start:end] * times + data[end:]


def _swap_signs(data: bytes, _donor: bytes, chance: random.Random) -> bytes:
    """Some signs of the format take the place of others."""
    signs = list(SIGNS.finditer(data, *sorted(chance.randrange(len(data) + 1) for _ in range(2))))
    if not signs:
        return data
    pieces, at = [], 0
    chosen = sorted(chance.sample(range(len(signs)), min(len(signs), chance.randint(1, 12))))
    for sign in (signs[number] for number in chosen):
        pieces += [data[at : sign.start()], chance.choice(signs)[0]]
        at = sign.end()
    return b"".join(pieces) + data[at:]


def _odd_numbers(data: bytes, _donor: bytes, chance: random.Random) -> bytes:
    numbers = list(re.finditer(rb"\d+", data))
    if not numbers:
        return data
    number = chance.choice(numbers)
    return data[: number.start()] + chance.choice(NUMBERS) + data[number.end() :]


PACKINGS: dict[bytes, Any] = {b"\x1f\x8b": gzip, b"BZh": bz2, b"\xfd7zXZ": lzma}
DAMAGE: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _flip, _cut, _drop, _splice, _repeat, _swap_signs, _swap_signs, _odd_numbers,
)  # fmt: skip


def _inside(data: bytes, donor: bytes, chance: random.Random) -> bytes | None:
    """Damage to what is packed: the file is whole as far as its packing goes. None where nothing is packed, or badly."""
    damage = chance.choice(DAMAGE)
    try:
        if data.startswith(b"PK"):
            return _rezipped(data, lambda part: damage(part, donor, chance) if chance.random() < 0.5 else part)
        for magic, packing in PACKINGS.items():
            if data.startswith(magic):
                return packing.compress(damage(packing.decompress(data), donor, chance))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, ValueError, EOFError, RuntimeError):
        pass  # a seed that is faulty itself
    return None


def _rezipped(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(zipfile.ZipInfo(member.filename), change(old.read(member)) if member.file_size else b"")
    return buffer.getvalue()


def damaged(sound: Seeds, n_files: int, seed: int) -> Iterator[tuple[str, str, bytes]]:
    """Format, name and bytes: first every file as it is, then `n_files` damaged ones, formats in turn."""
    for kind, files in sound.items():
        for name, data in files:
            yield kind, name, data
    chosen = to_damage(sound)
    kinds = list(chosen)
    for number in range(n_files):
        chance = random.Random(f"{seed}/{number}")
        kind = kinds[number % len(kinds)]
        name, data = chance.choice(chosen[kind])
        yield kind, f"{number}-{name}", mutate(data, chance.choice(chosen[kind])[1], chance)


def fuzz(sound: Seeds, n_files: int, seed: int, n_workers: int = 2) -> dict[str, Tally]:
    """Take all files through L0 and L1 and count."""
    tallies = {kind: Tally() for kind in sound}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        with closing(parse_all(_documents(path, damaged(sound, n_files, seed), tallies), LIMITS, n_workers)) as found:
            for kind, outcome in found:
                if isinstance(outcome, Document):
                    tallies[kind].kept += 1
                else:
                    tallies[kind].rules[outcome.rule] += 1
    return tallies


def _documents(path: Path, files: Iterator[tuple[str, str, bytes]], tallies: dict[str, Tally]) -> Iterator[Task[str]]:
    for kind, name, data in files:
        tally = tallies[kind]
        tally.files += 1
        path.write_bytes(data)
        started, n_records = time.process_time(), 0
        try:
            for record in expand(path, name, AcquireSettings()):
                n_records += 1
                if record.failure:
                    tally.rules[record.failure.rule] += 1
                else:
                    tally.documents += 1
                    yield Task(kind, record.media_type, record.data)
        except Exception as error:  # noqa: BLE001 - what it is here to find
            tally.broken.append(f"{name}: {type(error).__name__}")
        if not n_records or time.process_time() - started > MAX_READ_SECONDS:
            tally.broken.append(f"{name}: {n_records} records, {time.process_time() - started:.0f} s")


def report(tallies: dict[str, Tally]) -> str:
    lines = ["| format | files | documents | with text | timeout | memory | crashed | failed | other reasons |",
             "|---|---:|---:|---:|---:|---:|---:|---:|---|"]  # fmt: skip
    for kind, one in tallies.items():
        rules = Counter(one.rules)
        ended = [rules.pop(f"parser.{way}", 0) for way in ("timeout", "memory", "crashed")]
        others = ", ".join(f"{rule} {times}" for rule, times in rules.most_common())
        numbers = [one.files, one.documents, one.kept, *ended, len(one.broken)]
        lines.append(f"| {kind} | {' | '.join(map(str, numbers))} | {others} |")
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--shared-data", type=Path, default=Path(__file__).parent.parent.parent / "shared" / "data")
    chosen = options.parse_args()
    started = time.monotonic()
    tallies = fuzz(seeds(chosen.shared_data if chosen.shared_data.is_dir() else None), chosen.files, chosen.seed)
    print(report(tallies))
    failed = [where for one in tallies.values() for where in one.broken]
    print(*failed, sep="\n", file=sys.stderr)
    totals = {name: sum(getattr(one, name) for one in tallies.values()) for name in ("files", "documents", "kept")}
    rules = sum((one.rules for one in tallies.values()), Counter())
    print(json.dumps({**totals, "failed": len(failed), "rules": rules, "wall_s": round(time.monotonic() - started)}))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
