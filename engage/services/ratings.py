"""How serious a case is: rated at assessment and again later, each time on the record; lower only by two people."""

import uuid
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import func, select

from engage import clock, vault
from engage.domain import guards, policy, severity
from engage.domain.case import RESTRICTED_FACTS, CaseClass, Writer, class_of
from engage.domain.deadlines import Promise
from engage.domain.events import (
    DowngradeAsked,
    DowngradeDeclined,
    InterimMeasureRecorded,
    SeverityRated,
    UrgentFactFound,
)
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Stage
from engage.domain.likeness import place_key
from engage.domain.policy import Actor, NotAllowed, Permission
from engage.domain.severity import Level
from engage.domain.triage import IMMEDIATE_FROM
from engage.extensions import db
from engage.models import Case, CaseEvent, Rating, Statement
from engage.services import arrangements, cases, conversation, deadlines, proposals, security, sites
from engage.services.assessing import Assessment, Rerating
from engage.services.timeline import digest_of, record

PRELIMINARY, FINAL = "preliminary", "final"  # at triage, and once the facts are known. Source: domain R24.
RETALIATION = "retaliation"  # the fact of severity.toml and ladder.toml


def judge(case: Case, found: Assessment) -> severity.Rating:
    """Return the level that counts for what triage found, with what raised it and which floors held it."""
    place = found.community or db.session.get_one(Statement, case.id).community
    return _rated(case, found.actual, found.potential, found.facts, (found.category, found.subcategory), place)


def refuse_unknown_facts(case: Case, facts: Collection[str]) -> None:
    """Let facts pass that the rules of the case know.

    Raises:
        Refused: one is none of them.
    """
    if not set(facts) <= {fact.code for fact in sites.rules_for(case).severity.facts}:
        raise Refused(Refusal("not_in_the_list"))


def first(case: Case, found: Assessment, rated: severity.Rating, *, actor: Actor) -> Rating:
    """Add the preliminary rating of the assessment and return it."""
    row = _row(case, PRELIMINARY, found.actual, found.potential, rated, found.facts, actor)
    db.session.add(row)
    return row


def set_on(case: Case, row: Rating, *, actor: Actor) -> None:
    """Bring a rating into force: its levels and facts are those of the case, which is restricted if it must be."""
    case.level, case.level_actual, case.level_potential = row.level, row.actual, row.potential
    case.fact_codes = sorted(row.fact_codes)
    case.ongoing_harm = "ongoing_harm" in row.fact_codes
    facts = frozenset(row.fact_codes)
    case.harms_child = case.harms_child or "child_harmed" in facts
    wanted = class_of(case.identity, category=case.category, subcategory=case.subcategory, harms_child=case.harms_child)
    restricting = RESTRICTED_FACTS & facts
    if wanted is CaseClass.RESTRICTED or restricting:
        cases.restrict(case, min(restricting, default="category"), actor=actor)
    security.keep_out(case)


def tell_urgent(case: Case, facts: frozenset[str], *, actor: Actor) -> None:
    """Tell those whom the matrix names of urgent facts, at once."""
    ladder = sites.rules_for(case).ladder
    urgent = min(facts & {row.fact for row in ladder.urgent}, default="")
    for seat in ladder.tell_at_once(facts):
        record(case, UrgentFactFound(urgent, seat.role, seat.all_sites), actor=actor)


def find_retaliation(case: Case, *, actor: Actor) -> None:
    """Note that somebody is punished for speaking up: those whom the matrix names are told at once, also after closure.

    Until it is known to be one, a case is rated as what the fact makes it: the human-rights lead sees the severe ones
    alone, and what they are told of they must be able to open (domain R52, 5.7).
    """
    if RETALIATION not in case.fact_codes:
        facts = [*case.fact_codes, RETALIATION]
        actual, potential = Level(case.level_actual or 1), Level(case.level_potential or 1)
        place = db.session.get_one(Statement, case.id).community
        rated = _rated(case, actual, potential, facts, (case.category or "", case.subcategory), place)
        row = _row(case, FINAL if _has_final(case) else PRELIMINARY, actual, potential, rated, facts, actor)
        row.level = max(row.level, case.level or 0)
        db.session.add(row)
        set_on(case, row, actor=actor)
        _record_rating(case, row, actor)
    tell_urgent(case, frozenset({RETALIATION}), actor=actor)


def record_interim_measure(case: Case, words: str, *, possible: bool, actor: Actor) -> None:
    """Note what is done at once, or why nothing can be; the promise of it is met."""
    message = conversation.add(case, words, writer=Writer.NOTE, actor=actor, tells=False)
    event = InterimMeasureRecorded(message_id=message.id, possible=possible)
    record(case, event, actor=actor, content=conversation.digest_of_message(message))
    deadlines.meet(case, Promise.INTERIM_MEASURE, actor=actor)


def rate_again(case: Case, found: Rerating, *, actor: Actor) -> Rating:
    """Rate an assessed case anew, with the reason; a lower level only counts once somebody else agreed.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the case is not assessed or closed, a lower level waits already, nothing is different, no reason is
            given, a fact is none of the list, or nothing is said of immediate action at level 4 or 5.
    """
    policy.require(actor, Permission.RATE, case.facts)
    guards.stop_if(_why_not_rate(case))
    refuse_unknown_facts(case, found.facts)
    place = db.session.get_one(Statement, case.id).community
    rated = _rated(case, found.actual, found.potential, found.facts, (case.category or "", case.subcategory), place)
    is_same = (found.actual, found.potential) == (case.level_actual, case.level_potential)
    is_same = is_same and sorted(found.facts) == sorted(case.fact_codes) and rated.level == case.level
    if is_same and (found.phase == PRELIMINARY or _has_final(case)):
        raise Refused(Refusal("no_change"))
    if not is_same and not (found.why or "").strip():
        raise Refused(Refusal("reason_needed"))
    if rated.level >= IMMEDIATE_FROM and not found.immediate_action and not _has_interim_measure(case):
        raise Refused(Refusal("immediate_action_needed", {"level": int(rated.level)}))
    row = _row(case, found.phase, found.actual, found.potential, rated, found.facts, actor, found.why)
    row.needs_second = severity.downgraded(Level(case.level) if case.level else None, rated.level)
    db.session.add(row)
    if found.immediate_action:
        record_interim_measure(case, found.immediate_action, possible=found.immediate_possible, actor=actor)
    if row.needs_second:
        db.session.flush()
        content = digest_of(row.salt, row.words)
        record(case, DowngradeAsked(rating_id=row.id, level=row.level), actor=actor, content=content)
    else:
        _bring_into_force(case, row, actor)
    return row


def decide_downgrade(case: Case, *, approve: bool, actor: Actor) -> None:
    """Say yes or no to a lower level that somebody else asked for. No leaves everything as it was.

    A draft that waited for an approval which the lower level does not need is sent.

    Raises:
        NotAllowed: policy refuses the actor, or it is the actor's own request.
        Refused: nothing was asked.
    """
    policy.require(actor, Permission.APPROVE_RATING, case.facts)
    row = cases.open_rating(case)
    if row is None:
        raise Refused(Refusal("nothing_to_decide"))
    if row.rated_by_id == actor.id:
        raise NotAllowed("own request")
    row.decided_at, row.decided_by_id, row.is_approved = clock.utcnow(), actor.id, approve
    if approve:
        _bring_into_force(case, row, actor)
        proposals.send_if_approved(case, actor=actor)
    else:
        record(case, DowngradeDeclined(rating_id=row.id), actor=actor)


def _why_not_rate(case: Case) -> Refusal | None:
    if case.level is None and case.stage in (Stage.RECEIVED, Stage.ACKNOWLEDGED):
        return Refusal("not_assessed")
    if case.stage is Stage.CLOSED:
        return Refusal("not_at_this_stage", {"stage": case.stage.value})
    return Refusal("downgrade_waits") if cases.open_rating(case) is not None else None


def _bring_into_force(case: Case, row: Rating, actor: Actor) -> None:
    fresh = frozenset(row.fact_codes) - frozenset(case.fact_codes)
    set_on(case, row, actor=actor)
    _record_rating(case, row, actor)
    deadlines.recompute_at_assessment(case, opens=False)
    arrangements.open_at_assessment(case, frozenset(), actor=actor)
    tell_urgent(case, fresh, actor=actor)


def _record_rating(case: Case, row: Rating, actor: Actor) -> None:
    event = SeverityRated(
        rating_id=row.id, phase=row.phase, level=row.level, actual=row.actual, potential=row.potential
    )
    record(case, event, actor=actor, content=digest_of(row.salt, row.words))


def _has_final(case: Case) -> bool:
    final = select(Rating.id).where(
        Rating.case_id == case.id, Rating.phase == FINAL, ~Rating.needs_second | Rating.is_approved.is_(True)
    )
    return db.session.scalar(final.limit(1)) is not None


def _has_interim_measure(case: Case) -> bool:
    kind = InterimMeasureRecorded.__name__
    found = select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.kind == kind)
    return db.session.scalar(found.limit(1)) is not None


def _rated(
    case: Case,
    actual: Level,
    potential: Level,
    facts: Collection[str],
    category: tuple[str, str | None],
    place: str | None,
) -> severity.Rating:
    rules = sites.rules_for(case).severity
    main, sub = category
    return severity.rate(
        rules,
        actual=actual,
        potential=potential,
        categories={main, f"{main}.{sub}"},
        facts=facts,
        similar_cases=_similar(case, main, place, timedelta(days=rules.uplift.similar_within_days)),
    )


def _similar(case: Case, category: str, place: str | None, within: timedelta) -> int:
    """How many concerns, this one with them, came of the same thing at the same place by then; the restricted apart."""
    key = place_key(place)
    if key is None:
        return 1
    others = (
        select(func.count(Case.id))
        .join(Statement, Statement.case_id == Case.id)
        .where(
            Case.site_id == case.site_id,
            Case.category == category,
            Case.received_at.between(case.received_at - within, case.received_at),
            Case.class_ != CaseClass.RESTRICTED,
            Case.id != case.id,
            Statement.place_key == key,
        )
    )
    return 1 + (db.session.scalar(others) or 0)


def _row(
    case: Case,
    phase: str,
    actual: Level,
    potential: Level,
    rated: severity.Rating,
    facts: Collection[str],
    actor: Actor,
    why: str | None = None,
) -> Rating:
    return Rating(
        id=uuid.uuid4(),
        case_id=case.id,
        phase=phase,
        actual=int(actual),
        potential=int(potential),
        level=int(rated.level),
        fact_codes=sorted(facts),
        raised_by=[*rated.raised_by, *rated.floors],
        words=why,
        salt=vault.salt(),
        rated_by_id=actor.id,
        rated_at=clock.utcnow(),
        needs_second=False,
    )
