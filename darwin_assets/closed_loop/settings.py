"""Settings of the closed loop: the section `closed_loop` of the recipe, a part of it for each of its folders."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from darwin_assets.closed_loop.affordance.settings import ActionSettings, AffordanceSettings, RuleSettings
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.diagnose.settings import DiagnoseSettings
from darwin_assets.closed_loop.label.settings import LabelSettings
from darwin_assets.closed_loop.mix.settings import MixSettings, ValidationSettings
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings


class ClosedLoopSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    label: LabelSettings = Field(default=LabelSettings(), description="How items get their slices.")
    statistics: StatisticsSettings = Field(default=StatisticsSettings(), description="What verdicts rest on.")
    channel: ChannelSettings = Field(default=ChannelSettings(), description="Signs of the output channel.")
    diagnose: DiagnoseSettings = Field(default=DiagnoseSettings(), description="From signs to verdicts.")
    affordance: AffordanceSettings = Field(default=AffordanceSettings(), description="What published rows offer.")
    rules: RuleSettings = Field(default=RuleSettings(), description="When a mapping rule is more than a hypothesis.")
    actions: ActionSettings = Field(default=ActionSettings(), description="What is proposed for the data.")
    mix: MixSettings = Field(default=MixSettings(), description="The mix that is aimed at a weakness, and its control.")
    validation: ValidationSettings = Field(default=ValidationSettings(), description="What an action is credited for.")
