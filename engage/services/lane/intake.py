"""A report comes in through the safe form: four facts, all optional, sealed before they are written anywhere."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engage import clock, lane_keys, vault
from engage.domain.lane import AgeGroup, Course, Happened, Involved, Process, Served, Sex, Support, Telling
from engage.domain.lane_clocks import Clock, due_at
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import LaneAccount, LaneEvent, LaneReceipt, LaneReport
from engage.notify import lane_rules
from engage.services import contact, sites
from engage.services.chain import GENESIS
from engage.services.contact import ContactRefused, Problem
from engage.services.intake import CODE_SHOWN_FOR, AnotherConcern
from engage.services.lane import clocks
from engage.services.lane.record import append
from engage.services.new_rows import NewRow, insert_unless_there, row_of
from engage.services.timeline import digest_of


@dataclass(frozen=True, slots=True)
class Told:
    """What came in. Nothing of it is needed."""

    words: str = ""
    involved: Involved | None = None
    age: AgeGroup | None = None
    sex: Sex | None = None
    served: Served | None = None
    for_other: bool = False
    locale: str = "en"
    email: str | None = None
    flagged: bool = False
    more: Mapping[str, str] = field(default_factory=dict)  # of a case that is moved in: what its person had left

    def values(self) -> dict[str, Any]:
        """What is sealed of it."""
        facts = {"involved": self.involved, "age": self.age, "sex": self.sex, "served": self.served}
        said = {name: value.value for name, value in facts.items() if value is not None}
        return {"words": self.words, "salt": vault.salt(), **said, **self.more}


@dataclass(frozen=True, slots=True)
class Taken:
    """What the person is given: the code only while it may still be shown, and by when support is offered."""

    report_id: uuid.UUID
    code: str | None
    is_new: bool
    support_by: datetime


def submit(token: str, told: Told, *, site_id: uuid.UUID | None = None) -> Taken:
    """Make a report, or find the one that the same form made before. Without a site it is at the group intake.

    A double click, a reload or a resend carries the same token and is answered with the same report, and with the same
    code until its first use or for 24 hours. The focal points are told at once, the human-rights lead that there is
    something; whoever tells of somebody else can leave no road, because nothing more is ever told to them.

    Raises:
        ContactRefused: the address cannot be one, or is left for somebody else.
    """
    address = _address(told)
    raw, now, place = bytes.fromhex(token), clock.utcnow(), sites.for_intake(site_id)
    report = new_report(told, place.site.id, vault.digest(raw, vault.TOKEN), now)
    key_row, key = lane_keys.new_key(report.id)
    account, digest = sealed_account(report.id, key, told)
    who = Actor(id=None, party=Party.PERSON, case_id=report.id)
    event = append(report, Happened.RECEIVED, actor=who, at=place.at, content=digest)
    code = vault.code_for(raw)
    receipt = LaneReceipt(id=uuid.uuid4(), report_id=report.id, code_digest=vault.digest(code, vault.CODE), made_at=now)
    begun = [clocks.new_row(report.id, which, now) for which in _clocks_of(told)]
    rows: list[NewRow] = [row_of(one) for one in (key_row, account, receipt, event, *begun)]
    if not insert_unless_there(row_of(report), rows):
        return _taken_before(raw)
    if address:
        lane_keys.seal_road(report.id, vault.seal_to_worker({"email": address}))
    _tell(db.session.get_one(LaneReport, report.id), event)
    return Taken(report.id, code, is_new=True, support_by=due_at(Clock.SUPPORT, now))


def already_received(token: str, words: str) -> Taken | None:
    """Return what the form made before, or None while it made nothing.

    Raises:
        AnotherConcern: the form was sent before with other words, which would be lost if it were taken for a resend.
    """
    raw = bytes.fromhex(token)
    report = _report_of(raw)
    if report is None:
        return None
    if words and report.erased_at is None and opened_account(report.id).get("words") != words:
        raise AnotherConcern
    return _taken_before(raw)


def new_report(told: Told, site_id: uuid.UUID, submission: str, received_at: datetime) -> LaneReport:
    """Return a new report, which is in no session yet."""
    return LaneReport(
        id=uuid.uuid4(),
        submission_digest=submission,
        site_id=site_id,
        for_other=told.for_other,
        locale=told.locale,
        received_at=received_at,
        support=Support.REPORTED,
        process=Process.UNSAID,
        telling=Telling.TELL,
        course=Course.OPEN,
        unread=False,
        flagged=told.flagged,
        version=0,
        head_hash=GENESIS,
    )


def sealed_account(report_id: uuid.UUID, key: bytes, told: Told) -> tuple[LaneAccount, str]:
    """Return what she says, sealed, and the digest under which the record keeps it."""
    values = told.values()
    sealed = lane_keys.sealed(key, values, report_id, LaneAccount.__tablename__)
    return LaneAccount(report_id=report_id, sealed=sealed), digest_of_account(values)


def opened_account(report_id: uuid.UUID) -> dict[str, Any]:
    """Return what she said, by name.

    Raises:
        NoResultFound: there is nothing, or it was erased.
        Unreadable: its key is not here.
        NoRing: the file of keys is not there.
    """
    row = db.session.get_one(LaneAccount, report_id)
    return lane_keys.opened(lane_keys.key_of(report_id), row.sealed, report_id, LaneAccount.__tablename__)


def digest_of_account(values: Mapping[str, Any]) -> str:
    """Return the salted digest of what she said."""
    said = [f"{name}={values[name]}" for name in sorted(values) if name != "salt"]
    return digest_of(str(values["salt"]), *said)


def _clocks_of(told: Told) -> list[Clock]:
    child = [Clock.CHILD] if told.age is AgeGroup.CHILD else []
    return [Clock.ALERT, Clock.SUPPORT, Clock.LEAD, *child]


def _address(told: Told) -> str | None:
    if told.email is None:
        return None
    if told.for_other:
        raise ContactRefused({"road": Problem.ROAD_NOT_OPEN})
    address = contact.address_as_kept(told.email)
    if address is None:
        raise ContactRefused({"email": Problem.BAD_EMAIL})
    return address


def _tell(report: LaneReport, event: LaneEvent) -> None:
    lane_rules.tell_focal_points(report, event_id=event.id)
    clocks.tell_lead(report)


def _report_of(raw: bytes) -> LaneReport | None:
    wanted = select(LaneReport).where(LaneReport.submission_digest == vault.digest(raw, vault.TOKEN))
    return db.session.scalar(wanted)


def _taken_before(raw: bytes) -> Taken:
    code = vault.code_for(raw)
    report = db.session.scalars(
        select(LaneReport).where(LaneReport.submission_digest == vault.digest(raw, vault.TOKEN))
    ).one()
    receipt = db.session.scalar(select(LaneReceipt).where(LaneReceipt.code_digest == vault.digest(code, vault.CODE)))
    is_fresh = receipt is not None and receipt.first_used_at is None and receipt.ended_at is None
    if receipt is None or not is_fresh or clock.utcnow() >= receipt.made_at + CODE_SHOWN_FOR:
        code = ""
    return Taken(report.id, code or None, is_new=False, support_by=due_at(Clock.SUPPORT, report.received_at))
