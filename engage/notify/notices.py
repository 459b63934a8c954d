"""A notice that an event calls for, and how it becomes a row of the outbox."""

import logging
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import exists, select

from engage import clock
from engage.domain import ladder_file, policy
from engage.domain.absence import follow
from engage.domain.case import PORTAL, CaseClass
from engage.domain.delivery import Urgency, urgency_of
from engage.domain.notice_groups import NoticeGroup, StaffRoad, road_of
from engage.domain.policy import Permission
from engage.extensions import db
from engage.models import Absence, Case, NoticePreference, Recipient, RuleSet, StaffUser
from engage.notify import outbox, timing, unseen
from engage.notify.addressing import NEUTRAL_FOR_STAFF
from engage.notify.outbox import Owed
from engage.notify.timing import StaffHours
from engage.scope import first_to_tell, replacements

log = logging.getLogger(__name__)
REMINDERS = ("due_soon", "due")  # they merge, as the ladder of the case says: product 4
DIGEST, FLAGGED = "late_count", "flagged_cases"
_THEIRS_ALONE = frozenset({"panel_seat", DIGEST})
DIGEST_HOUR = 6  # Ours, UTC: the committee reads one count in the morning, not a mail per case.


@dataclass(frozen=True, slots=True)
class Notice:
    """A message called for: which, for whom (nobody named is the person), with which plain values."""

    template: str
    user_id: uuid.UUID | None = None
    context: dict[str, str] = field(default_factory=dict)
    is_hourly: bool = False  # one an hour to each reader, whatever the number of cases


def to_person(template: str, **context: str) -> list[Notice]:
    """Return the notice to the person of the case."""
    return [Notice(template, context=context)]


def of_what_we_wrote_down(sign_off: str, template: str) -> list[Notice]:
    """Return the notice to the person where staff wrote down an answer as theirs.

    Whoever did not say it, or not so, learns that it stands there and can say so.
    """
    return to_person(template) if sign_off != PORTAL else []


def to_staff(users: Iterable[uuid.UUID], template: str, **context: str) -> list[Notice]:
    """Return one notice for each of the users."""
    return [Notice(template, user_id=user_id, context=context) for user_id in users]


def owe(notices: Iterable[Notice], case: Case, *, event_id: uuid.UUID) -> None:
    """Put the notices into the outbox; the same event never owes the same notice twice."""
    outbox.enqueue(*owed(notices, case, event_id=event_id))


def owed(notices: Iterable[Notice], case: Case, *, event_id: uuid.UUID) -> list[Owed]:
    """Return the notices as they go into the outbox, one for each recipient.

    To staff, a restricted case is one neutral sentence without a reference.
    """
    notices = list(notices)
    to_person = [_for_person(notice, case, event_id) for notice in notices if notice.user_id is None]
    # One mail per recipient and message, whatever the number of roles in which somebody hears of it.
    staff = {(notice.user_id, notice.template): notice for notice in notices if notice.user_id is not None}
    if case.class_ is CaseClass.RESTRICTED:
        focal = first_to_tell(case)
        if not focal:  # said at whatever happens to the case, since the rules name no staff where there is none
            log.error(
                "a case of the restricted lane has nobody to tell: name a focal point (flask engage check-config)"
            )
        named = [user_id for user_id, template in staff if template == NEUTRAL_FOR_STAFF]  # said to these on purpose
        told, hourly = named or (focal if staff else ()), {template for _, template in staff} == {FLAGGED}
        staff = {(one, NEUTRAL_FOR_STAFF): Notice(NEUTRAL_FOR_STAFF, one, is_hourly=hourly) for one in told}
    locales = _locales({user_id for user_id, _ in staff} - case.facts.subjects)
    for key, stand_in in _stand_ins(staff, locales, case).items():
        staff.setdefault(key, stand_in)
    readers = {key: locales[key[0]] for key in staff if key[0] in locales}
    hours = StaffHours(case.site_id, level=case.level, due_at=case.next_due_at)
    mails = (_for_staff(staff[key], case, event_id, reader, hours) for key, reader in readers.items())
    return [*to_person, *(owed for found in mails for owed in found)]


@dataclass(frozen=True, slots=True)
class _Reader:
    """How to write to a member of staff: the language they read, whether they are away now, the roads they chose."""

    user_id: uuid.UUID
    locale: str
    is_away: bool = False
    chosen: dict[NoticeGroup, StaffRoad] = field(default_factory=dict)


def _locales(users: Collection[uuid.UUID]) -> dict[uuid.UUID, _Reader]:
    """How to write to each of the users, with one statement."""
    if not users:
        return {}
    now = clock.utcnow()
    away = exists().where(Absence.user_id == StaffUser.id, Absence.starts_at <= now, Absence.ends_at > now)
    rows = db.session.execute(
        select(StaffUser.id, StaffUser.locale, away, NoticePreference.group, NoticePreference.road)
        .outerjoin(NoticePreference, NoticePreference.user_id == StaffUser.id)
        .where(StaffUser.id.in_(users))
    )
    found: dict[uuid.UUID, _Reader] = {}
    for user_id, locale, is_away, group, road in rows:
        reader = found.setdefault(user_id, _Reader(user_id, locale, is_away))
        if group is not None:
            reader.chosen[group] = road
    return found


def _stand_ins(
    staff: Mapping[tuple[uuid.UUID, str], Notice], readers: dict[uuid.UUID, _Reader], case: Case
) -> dict[tuple[uuid.UUID, str], Notice]:
    """The notices to those who are away once more, for whoever stands in for them and may see the case.

    A seat on a panel is nobody else's, and the count for the committee is read on coming back.
    """
    away = [(user_id, template) for user_id, template in staff if user_id in readers and readers[user_id].is_away]
    found: dict[tuple[uuid.UUID, str], Notice] = {}
    held = replacements(clock.utcnow()) if away else {}
    for user_id, template in away:
        stand_in = follow(user_id, held) if template not in _THEIRS_ALONE else None
        user = db.session.get(StaffUser, stand_in) if stand_in else None
        if user is not None and policy.may(user.actor, Permission.VIEW, case.facts):
            if user.id not in readers:
                readers |= _locales([user.id])
            found[user.id, template] = replace(staff[user_id, template], user_id=user.id)
    return found


def _for_person(notice: Notice, case: Case, event_id: uuid.UUID) -> Owed:
    """The notice to the person: not at night, and not while they have not looked at the last that said the same."""
    fits = unseen.fitting_in(notice.template, case)
    return Owed(
        dedupe_key=f"{event_id}:{notice.template}:person",
        template=notice.template,
        locale=case.locale,
        recipient=Recipient.PERSON,
        case_id=case.id,
        context=notice.context,
        not_before=timing.for_person(notice.template, case, fits.not_before),
        said_by_id=fits.said_by_id,
        site_id=case.site_id,
        level=case.level,
    )


def _for_staff(notice: Notice, case: Case, event_id: uuid.UUID, reader: _Reader, hours: StaffHours) -> list[Owed]:
    """The notice to one member of staff, and the mail in which it goes where it is held. Of reminders that are mails
    one speaks for others, which stand on the page beside it."""
    template, user_id = notice.template, reader.user_id
    road, urgency = road_of(template, reader.chosen), urgency_of(template, case.level)
    leaving = hours.leaving(template, road)
    not_before, is_on_page = leaving.at, False
    key, case_id = f"{event_id}:{template}:{user_id}", case.id if template not in (DIGEST, FLAGGED) else None
    is_shared = template == FLAGGED or notice.is_hourly
    if template in REMINDERS and (road is StaffRoad.MAIL or urgency is Urgency.URGENT):
        not_before, is_on_page = outbox.time_for_reminder(
            user_id,
            REMINDERS,
            merge_within=_merge_within(case),
            event_id=event_id,
            may_leave=leaving.at,
            urgency=None if road is StaffRoad.MAIL else urgency,
        )
    if template == DIGEST:
        now = clock.utcnow()
        morning = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
        not_before = morning if morning > now else morning + timedelta(days=1)
        key = f"{DIGEST}:{user_id}:{not_before.date().isoformat()}"
    hour = leaving.at.replace(minute=0, second=0, microsecond=0)
    if is_shared:
        # A survivor's comes first, and at once.
        not_before = hour + timedelta(hours=1) if template == FLAGGED and not leaving.is_held else leaving.at
        key = f"{template}:{user_id}:{hour.isoformat()}"
    owed = Owed(
        dedupe_key=key,
        is_shared=is_shared,
        template=template,
        locale=reader.locale,
        recipient=Recipient.STAFF,
        user_id=user_id,
        case_id=case_id,
        context=notice.context,
        not_before=not_before,
        is_on_page=is_on_page,
        site_id=case.site_id,
        level=case.level,
    )
    return timing.with_its_mail(outbox.once_an_hour(owed, hour) if is_shared else owed, leaving)


def _merge_within(case: Case) -> timedelta:
    """How far apart reminders go out as one, by the rules under which the case was opened."""
    return ladder_file.merge_within(db.session.get_one(RuleSet, case.rule_set_id).ladder)
