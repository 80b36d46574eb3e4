"""What runs by itself: the landing sensor, the jobs it starts, and the condition under which L4 and L5 follow."""

import json
from datetime import UTC, datetime

import dagster as dg

from darwin_assets.acquire.intake import take
from darwin_assets.acquire.manifest import ManifestError
from darwin_assets.batches import BATCHES, EVALUATIONS
from darwin_assets.closed_loop.drop import is_evaluation
from resources.errors import DarwinError
from resources.lake import Lake
from resources.landing import LandingZone

TO_L3_ASSETS = dg.AssetSelection.assets("landed_files", "l0_raw", "l1_normalized", "l2_filtered", "l3_annotated")
TO_L3 = dg.define_asset_job(
    "ladder_to_l3",
    selection=TO_L3_ASSETS,
    description="One batch from the landing zone to L3.",
)
WHOLE_LADDER = dg.define_asset_job(
    "ladder",
    selection=dg.AssetSelection.groups("ladder") - dg.AssetSelection.assets("model_costs"),
    description="One batch from the landing zone to L5.",
)
QUESTIONS = dg.define_asset_job(
    "questions",
    selection=TO_L3_ASSETS | dg.AssetSelection.groups("questions"),
    description="One batch of textbooks from the landing zone to its questions and answers.",
)
OF_CLOSED_LOOP = ["evaluation_samples", "capability_slices", "diagnosis", "validation"]
CLOSED_LOOP = dg.define_asset_job(
    "closed_loop",
    selection=dg.AssetSelection.assets(*OF_CLOSED_LOOP),
    description="One evaluation from the landing zone to its diagnosis.",
)
MIX = dg.define_asset_job(
    "mix",
    selection=dg.AssetSelection.assets("targeted_mix"),
    description="A sample that is aimed at what an evaluation was diagnosed with, and its control.",
)
AFFORDANCES = dg.define_asset_job(
    "affordances",
    selection=dg.AssetSelection.assets("data_affordances"),
    description="What the published rows of one batch can teach.",
)
JOBS = [TO_L3, WHOLE_LADDER, QUESTIONS, CLOSED_LOOP, MIX, AFFORDANCES]


@dg.sensor(
    jobs=[TO_L3, CLOSED_LOOP],
    minimum_interval_seconds=15,
    description="Takes settled drops out of the landing zone and starts one run a batch or evaluation; bad drops go to "
    "quarantine.",
)
def landing_sensor(context: dg.SensorEvaluationContext, landing: LandingZone, lake: Lake) -> dg.SensorResult:
    """A drop is settled when it carries a `.done` marker, or looks the same as at the last tick.

    The cursor holds the drops that still stand in `incoming/` and nothing else, so it does not grow.
    """
    seen: dict[str, str] = json.loads(context.cursor or "{}")
    waiting: dict[str, str] = {}
    told: list[str] = []
    for drop in landing.drops():
        name = drop.path.name
        if not drop.done and seen.get(name) != drop.signature:
            waiting[name] = drop.signature
            told.append(f"{name} is still being written, or was seen for the first time")
            continue
        intake = take(landing, drop, datetime.now(UTC).date())
        if intake.refused:
            told.append(f"{name} is {intake.fate}: {intake.refused}")
            context.log.warning(f"drop {told[-1]}")
        if intake.stays:
            waiting[name] = drop.signature
    # read back from the folder: a tick that died after taking a drop has left its key there
    known = {key for one in (BATCHES, EVALUATIONS) for key in context.instance.get_dynamic_partitions(one.name or "")}
    evaluations: list[str] = []
    batches: list[str] = []
    for key in landing.taken_keys():
        if key in known:
            continue
        try:
            (evaluations if is_evaluation(key, landing, lake) else batches).append(key)
        except (ManifestError, DarwinError, OSError) as error:
            context.log.error(f"{key} waits in taken/: {error}")
    return dg.SensorResult(
        # beside a run Dagster shows no reason; the log has it
        skip_reason="; ".join(told) if told and not batches and not evaluations else None,
        run_requests=[
            dg.RunRequest(run_key=key, partition_key=key, job_name=job.name)
            for job, keys in ((TO_L3, batches), (CLOSED_LOOP, evaluations))
            for key in keys
        ],
        dynamic_partitions_requests=[
            partitions.build_add_request(keys)
            for partitions, keys in ((BATCHES, batches), (EVALUATIONS, evaluations))
            if keys
        ],
        cursor=json.dumps(waiting),
    )


model_levels_sensor = dg.AutomationConditionSensorDefinition(
    "model_levels_sensor",
    target=dg.AssetSelection.assets(
        "l4_refined", "l5_completed", "qa_deduplicated", "qa_refined", "qa_decontaminated", "qa_selected"
    ),
    description="Takes a batch to L4 and L5, and its questions to Q5, as soon as the level below is published and its gate "
    "is open.",
)
affordances_sensor = dg.AutomationConditionSensorDefinition(
    "affordances_sensor",
    target=dg.AssetSelection.assets("data_affordances"),
    description="Labels what the rows of a batch can teach whenever its L3 or Q5 is published.",
)
SENSORS = [landing_sensor, model_levels_sensor, affordances_sensor]
