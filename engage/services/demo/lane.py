"""What came into the restricted lane of the demonstration, told by the real use cases with the clock moved back."""

import tomllib
from datetime import datetime, timedelta
from typing import Any

from engage import clock
from engage.domain.lane import AgeGroup, Involved, Sex
from engage.domain.lane_clocks import Clock
from engage.services import intake as concerns
from engage.services.demo.people import FOLDER, Cast
from engage.services.lane import clocks, intake, steps
from engage.services.lane.intake import Told
from engage.services.lane.record import lock


def play(cast: Cast, now: datetime) -> None:
    """Let every report come in, and support be offered where the story says so."""
    for story in tomllib.loads((FOLDER / "lane.toml").read_text("utf-8"))["reports"]:
        at = now - timedelta(hours=story["hours_ago"])
        with clock.at(at):
            taken = intake.submit(concerns.new_token(), _told(story), site_id=cast.site_ids[story["site"]])
        if service := story.get("offered"):
            focal = cast.who("focal", story["site"])
            with clock.at(at + timedelta(hours=story["offered_after_hours"])):
                report = lock(taken.report_id, focal)
                clocks.meet(report, Clock.ALERT)
                steps.offer(report, service, same_contact=False, actor=focal)


def _told(story: dict[str, Any]) -> Told:
    return Told(
        words=story["words"],
        involved=Involved(story["involved"]) if "involved" in story else None,
        age=AgeGroup(story["age"]) if "age" in story else None,
        sex=Sex(story["sex"]) if "sex" in story else None,
    )
