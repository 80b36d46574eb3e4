"""Whether files are those that were sealed: of published and rejected rows, and of the closed loop; and of rows that a gate
judged, which differ.
"""

from collections.abc import Iterator

from darwin_assets.lineage.altered_rows import altered_rows
from darwin_assets.lineage.commit_checks import Commit, Commits
from darwin_assets.lineage.evidence import LOOP_ZONES, Evidence, Partition
from darwin_assets.lineage.findings import Finding
from darwin_assets.seals import SEALED_ZONES
from resources.errors import LakeError

MISSING = "the table names it, and it is not there"
ALL_SEALED = (*SEALED_ZONES, *LOOP_ZONES)


def check_files(evidence: Evidence, commits: Commits) -> Iterator[Finding]:
    """Every file of every partition that is sealed when it is written, against its newest seal."""
    owners = {
        file.sha256: f"{zone}/{seal.level}/{seal.batch}/{file.path}"
        for seal in evidence.seals.values()
        for zone, files in seal.files.items()
        for file in files
    }
    for zone in ALL_SEALED:
        listed = dict(evidence.partitions(zone))
        for partition in sorted({*listed, *evidence.seals}):
            if (zone, partition[0]) not in evidence.versions:
                continue
            files = set(listed[partition]["path"]) if partition in listed else set()
            yield from _check_partition(evidence, commits, zone, partition, files, owners)


def check_unsealed_files(evidence: Evidence) -> Iterator[Finding]:
    """Files of candidates and of the table of what landed, which nobody seals: each must be there and readable."""
    for (zone, level), listed in evidence.files.items():
        if zone in ALL_SEALED:
            continue
        for path, batch in listed.select("path", "batch").iter_rows():
            place = f"{zone}/{level}/{batch}/{_name(path)}"
            try:
                evidence.lake.collect(evidence.lake.scan_file(zone, level, path).select("id"), f"read {place}")
            except LakeError as error:
                if evidence.lake.file_sha256(zone, level, path) is None:
                    yield Finding("file.missing", place, MISSING)
                else:
                    yield Finding("file.unreadable", place, str(error))


def _check_partition(
    evidence: Evidence, commits: Commits, zone: str, partition: Partition, files: set[str], owners: dict[str, str]
) -> Iterator[Finding]:
    level, batch = partition
    seal = evidence.seals.get(partition)
    sealed = {file.path: file for file in seal.files.get(zone, [])} if seal else {}
    for path in sorted(files & sealed.keys()):
        yield from _check_file(evidence, zone, partition, path, sealed[path].sha256, owners)
    added, removed = sorted(files - sealed.keys()), sorted(sealed.keys() - files)
    place = f"{zone}/{level}/{batch}"
    writers = {commits.last_touching(zone, level, path) for path in (*added, *removed)}
    if remark := _unsealed_yet(evidence, zone, partition, writers):
        yield Finding("seal.missing", place, *remark)
        return
    for path in added:
        writer = commits.last_touching(zone, level, path)
        ids, said = _rows_in_words(evidence, zone, partition, path)
        whose = f"put there by {writer.words}" if writer else "put there by a commit that is gone"
        yield Finding("file.unsealed", f"{place}/{_name(path)}", f"{whose}. {said}", ids)
    for path in removed:
        writer = commits.last_touching(zone, level, path)
        whose = f"taken out by {writer.words}" if writer else "the table no longer names it, and no commit says why"
        yield Finding("file.removed", f"{place}/{_name(path)}", whose)


def _check_file(
    evidence: Evidence, zone: str, partition: Partition, path: str, sealed: str, owners: dict[str, str]
) -> Iterator[Finding]:
    level, batch = partition
    place = f"{zone}/{level}/{batch}/{_name(path)}"
    try:
        found = evidence.lake.file_sha256(zone, level, path)
    except LakeError as error:
        yield Finding("file.unreadable", place, str(error))
        return
    if found == sealed:
        return
    if found is None:
        yield Finding("file.missing", place, MISSING)
    elif found in owners:
        yield Finding("file.swapped", place, f"holds the bytes that were sealed as {owners[found]}")
    else:
        ids, said = _rows_in_words(evidence, zone, partition, path)
        yield Finding("file.edited", place, said, ids)


def _rows_in_words(evidence: Evidence, zone: str, partition: Partition, path: str) -> tuple[tuple[str, ...], str]:
    if zone in LOOP_ZONES:
        return (), "not what was written; `darwin audit --sample` makes what evaluations came to again, and compares"
    try:
        altered = altered_rows(evidence, zone, partition, path)
    except LakeError:
        return (), "it cannot be read any more"
    return altered.ids, altered.said


def _unsealed_yet(
    evidence: Evidence, zone: str, partition: Partition, writers: set[Commit | None]
) -> tuple[str, tuple[str, ...], bool] | None:
    """What to say of files that a step or a take-down wrote and did not seal, since it was cut off; None for all others.

    What stands there without a seal is serious all the same: a chain that lost its end looks like this. A take-down that has
    its certificate writes no more, so that what bears its name is looked at like any other.
    """
    if not writers or None in writers:
        return None
    known = [one for one in writers if one is not None]
    requests = {one.request for one in known}
    if requests <= evidence.requests and not requests & evidence.certified:
        said = "written by a take-down and not sealed: it was cut off (`darwin takedown --resume`), or the chain lost its end"
        return said, tuple(sorted(one for one in requests if one)), True
    named_by = "run" if zone in LOOP_ZONES else "verdict"
    sealed = {getattr(one, named_by) for one in evidence.all_seals if (one.level, one.batch) == partition}
    names = tuple(sorted({one.said.get(named_by, "") for one in known}))
    of_another = named_by == "verdict" and any(evidence.opened.get(one) != partition for one in names)
    if of_another or "" in names or sealed & {*names}:
        return None
    if zone == "rejected":
        return "rejected rows of a run that was cut off, or that another one overtook", names, False
    return "written and never sealed: the run was cut off then (run it again), or the chain lost its end", names, True


def _name(path: str) -> str:
    return path.rpartition("/")[2]
