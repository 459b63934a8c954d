"""Who may do what: one table, one function. Place × function × class × no conflict of interest. Source: product 6."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from engage.domain.actors import SYSTEM as SYSTEM
from engage.domain.actors import Actor as Actor
from engage.domain.actors import Membership as Membership
from engage.domain.actors import Party as Party
from engage.domain.actors import Role as Role
from engage.domain.case import CaseClass, Kind
from engage.domain.lifecycle import Action, Stage


class Permission(StrEnum):
    """What may be done with a case besides the actions of the lifecycle."""

    VIEW = "view"
    READ_UNMASKED = "read_unmasked"  # words as they were written, and files; an auditor reads without either
    VIEW_IDENTITY = "view_identity"
    VIEW_CONTACT = "view_contact"
    REPLY = "reply"
    NOTE = "note"
    ASSIGN = "assign"
    ROUTE = "route"
    CONVERT = "convert"
    RESTRICT = "restrict"
    APPROVE_SCREEN_OUT = "approve_screen_out"
    APPROVE_PROPOSAL = "approve_proposal"
    RECORD_ANSWER = "record_answer"
    FINISH_REMEDY = "finish_remedy"
    SEAT_PANEL = "seat_panel"
    DELIBERATE = "deliberate"
    TELL_PERSON = "tell_person"
    EXTEND = "extend"
    EXTEND_AGAIN = "extend_again"
    PAUSE = "pause"
    EXPLAIN = "explain"
    NAME_SUBJECT = "name_subject"
    REMOVE_SUBJECT = "remove_subject"
    TASK = "task"
    RATE = "rate"
    APPROVE_RATING = "approve_rating"
    ASSESS_RETALIATION = "assess_retaliation"
    ARRANGE = "arrange"
    LINK = "link"
    AGREE_TO_CONVERT = "agree_to_convert"
    RECORD_PROCEEDING = "record_proceeding"
    HAND_OVER = "hand_over"
    VIEW_MONEY = "view_money"  # sums of remedies; whoever carries one out sees its own, see engage.domain.money
    CORRECT = "correct"
    ASK_OPENING = "ask_opening"  # to see who a confidential person is, for some days
    DECIDE_OPENING = "decide_opening"
    OWN_DATA = "own_data"  # have what we hold corrected or erased
    ANSWER_CORRECTION = "answer_correction"
    HOLD = "hold"  # stop that a case is erased, because a court or an authority needs it
    OPEN_ORIGINAL = "open_original"  # a file as it came, with what it tells of who sent it
    SEE_DELIVERY = "see_delivery"  # what became of notices, and have them tried again
    SIFT = "sift"  # of what looks as if a program sent it: whether it is a concern


class NotAllowed(PermissionError):
    """Policy refuses the actor."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What policy needs to know of a case."""

    id: uuid.UUID
    site_id: uuid.UUID
    kind: Kind
    stage: Stage
    class_: CaseClass
    level: int | None = None
    assignee_id: uuid.UUID | None = None
    recorded_by_id: uuid.UUID | None = None
    panel: frozenset[uuid.UUID] = field(default_factory=frozenset)
    undeclared: frozenset[uuid.UUID] = field(default_factory=frozenset)  # of who decides: who said no word of conflict
    subjects: frozenset[uuid.UUID] = field(default_factory=frozenset)
    is_erased: bool = False
    moved: bool = False  # into the restricted lane: nobody has it as a case any more


class Reach(StrEnum):
    """Which cases of a site a role's permission extends to."""

    SITE = "site"  # every case of the site
    OPEN_CLASS = "open_class"  # ordinary cases of the site, confidential ones when assigned
    ASSIGNED = "assigned"
    RECORDED = "recorded"  # cases the actor took down or is assigned
    SEATED = "seated"  # cases whose appeal the actor decides
    SEVERE = "severe"  # levels 4 and 5


R, P, A = Role, Permission, Action
_CASEWORK = {R.COORDINATOR: Reach.SITE, R.APPROVER: Reach.SITE, R.FOCAL: Reach.SITE}
_DESK = {**_CASEWORK, R.OFFICER: Reach.ASSIGNED}
_APPROVAL = {R.APPROVER: Reach.SITE, R.FOCAL: Reach.SITE}
_FIELD = {**_DESK, R.LIAISON: Reach.RECORDED}
_EVERYBODY_AT_WORK = {**_FIELD, R.CUSTODIAN: Reach.SITE, R.RIGHTS_LEAD: Reach.SEVERE, R.PANEL: Reach.SEATED}
_READERS = {
    **_CASEWORK,
    R.OFFICER: Reach.OPEN_CLASS,
    R.LIAISON: Reach.RECORDED,
    R.PANEL: Reach.SEATED,
    R.CUSTODIAN: Reach.SITE,
    R.RIGHTS_LEAD: Reach.SEVERE,
}

# What each role may do, and how far it reaches. Ours, from product 6 and domain 2.2. The focal point works the
# restricted cases alone, so it stands in every row; the class gate below keeps everybody else out of them and
# the focal point out of all others.
GRANTS: Mapping[Permission | Action, Mapping[Role, Reach]] = MappingProxyType(
    {
        P.VIEW: {**_READERS, R.AUDITOR: Reach.SITE},
        P.READ_UNMASKED: _READERS,
        P.VIEW_IDENTITY: {**_DESK, R.CUSTODIAN: Reach.SITE},
        P.VIEW_CONTACT: {**_FIELD, R.CUSTODIAN: Reach.SITE},
        P.REPLY: {**_FIELD, R.CUSTODIAN: Reach.SITE},
        P.NOTE: _EVERYBODY_AT_WORK,
        P.ASSIGN: _CASEWORK,
        P.ROUTE: _CASEWORK,
        P.CONVERT: _CASEWORK,
        P.RESTRICT: _EVERYBODY_AT_WORK,
        P.APPROVE_SCREEN_OUT: _CASEWORK,
        P.APPROVE_PROPOSAL: {**_APPROVAL, R.RIGHTS_LEAD: Reach.SEVERE},
        P.RECORD_ANSWER: _FIELD,
        P.FINISH_REMEDY: _FIELD,
        P.SEAT_PANEL: _CASEWORK,
        P.DELIBERATE: {R.PANEL: Reach.SEATED, R.FOCAL: Reach.SEATED},
        P.TELL_PERSON: {**_FIELD, R.CUSTODIAN: Reach.SITE},
        P.EXTEND: _DESK,
        P.EXTEND_AGAIN: _APPROVAL,  # one level up; domain 2.3
        P.PAUSE: _DESK,
        P.EXPLAIN: _DESK,
        P.NAME_SUBJECT: _EVERYBODY_AT_WORK,
        P.REMOVE_SUBJECT: _CASEWORK,
        P.TASK: _EVERYBODY_AT_WORK,
        P.RATE: _DESK,
        P.APPROVE_RATING: {**_CASEWORK, R.RIGHTS_LEAD: Reach.SEVERE},
        P.ASSESS_RETALIATION: {**_FIELD, R.RIGHTS_LEAD: Reach.SEVERE},
        P.ARRANGE: _FIELD,
        P.LINK: _DESK,
        P.RECORD_PROCEEDING: _DESK,
        P.HAND_OVER: _CASEWORK,  # a human decides, by name; domain R36
        P.VIEW_MONEY: {**_DESK, R.RIGHTS_LEAD: Reach.SEVERE, R.PANEL: Reach.SEATED},
        P.CORRECT: _DESK,
        P.ASK_OPENING: _FIELD,
        P.DECIDE_OPENING: {**_APPROVAL, R.CUSTODIAN: Reach.SITE},  # never one's own, see engage.services.openings
        P.ANSWER_CORRECTION: _DESK,
        P.HOLD: _APPROVAL,
        P.OPEN_ORIGINAL: {R.CUSTODIAN: Reach.SITE, R.FOCAL: Reach.SITE},  # of a restricted case the focal point
        P.SEE_DELIVERY: _DESK,
        P.SIFT: _CASEWORK,
        A.ACKNOWLEDGE: _FIELD,
        A.ASSESS: _CASEWORK,
        A.SCREEN_OUT: _CASEWORK,
        A.INVESTIGATE: _DESK,
        A.PROPOSE: _DESK,
        A.LAPSE: _APPROVAL,
        A.VERIFY: _DESK,
        A.DECIDE: {R.PANEL: Reach.SEATED, R.FOCAL: Reach.SITE},
        A.REFER: _CASEWORK,
        A.REPORT: _CASEWORK,
        A.REOPEN: _CASEWORK,
        A.ANSWER: _DESK,
    }
)

# What the person may do with their own case. Nobody of ours can withdraw, accept, refuse or appeal for them;
# an answer given by word of mouth is recorded with Permission.RECORD_ANSWER.
PERSONS = frozenset(
    {P.VIEW, P.READ_UNMASKED, P.VIEW_IDENTITY, P.VIEW_CONTACT, P.REPLY, P.AGREE_TO_CONVERT, P.VIEW_MONEY, P.OWN_DATA}
    | {A.ACCEPT, A.COUNTER, A.REFUSE, A.APPEAL, A.WITHDRAW, A.REOPEN, A.REFER}
)
# What the service does by itself: confirming receipt once the notice has reached the person, and keeping those who do
# security out of what is about them (domain R47).
SYSTEMS = frozenset({P.VIEW, P.NAME_SUBJECT, A.ACKNOWLEDGE})

# Whoever sits or sat on the case's panel neither works it nor approves in it (domain R03). The restricted lane has
# focal points alone, who take turns: there a proposal needs a second one, and a panel one who touched nothing.
NOT_FOR_PANEL = frozenset(
    {A.ASSESS, A.INVESTIGATE, A.PROPOSE, A.LAPSE, A.VERIFY, A.SCREEN_OUT}
    | {P.APPROVE_PROPOSAL, P.APPROVE_SCREEN_OUT, P.APPROVE_RATING, P.RATE, P.FINISH_REMEDY}
)


# What is left of a case of which everything was erased can be looked at, and nothing can be done with it any more.
AFTER_ERASURE = frozenset({P.VIEW, P.READ_UNMASKED})


def _class_open_to(role: Role, case: CaseFacts) -> bool:
    if case.class_ is CaseClass.RESTRICTED:
        return role is Role.FOCAL and not case.moved
    return role is not Role.FOCAL


def _knows_secret(role: Role, what: Permission | Action, case: CaseFacts) -> bool:
    """Who asked us to keep their name is known to the custodian alone (product 5)."""
    is_secret = case.class_ is CaseClass.CONFIDENTIAL and what in (Permission.VIEW_IDENTITY, Permission.VIEW_CONTACT)
    return not is_secret or role is Role.CUSTODIAN


def _within(reach: Reach, actor: Actor, case: CaseFacts) -> bool:
    assigned = case.assignee_id is not None and case.assignee_id == actor.id
    match reach:
        case Reach.SITE:
            return True
        case Reach.OPEN_CLASS:
            return assigned or case.class_ is CaseClass.ORDINARY
        case Reach.ASSIGNED:
            return assigned
        case Reach.RECORDED:
            return assigned or (case.recorded_by_id is not None and case.recorded_by_id == actor.id)
        case Reach.SEATED:
            return actor.id in case.panel
        case _:  # Reach.SEVERE
            return case.level is not None and case.level >= 4


def may(actor: Actor, what: Permission | Action, case: CaseFacts) -> bool:
    """Whether the actor may do this with the case, whatever its stage."""
    if case.is_erased and what not in AFTER_ERASURE:
        return False
    if actor.party is Party.PERSON:
        return actor.case_id == case.id and what in PERSONS
    if actor.party is Party.SYSTEM:
        return what in SYSTEMS
    if actor.id in case.subjects:
        return False
    if actor.id in case.undeclared and what is Permission.READ_UNMASKED:
        return False  # by no other role either: who is to decide says first that nothing stands in the way (R03)
    if actor.id in case.panel and what in NOT_FOR_PANEL and case.class_ is not CaseClass.RESTRICTED:
        return False
    grants = GRANTS.get(what, {})
    return any(
        held.role in grants
        and held.site_id in (None, case.site_id)
        and _class_open_to(held.role, case)
        and _knows_secret(held.role, what, case)
        and _within(grants[held.role], actor, case)
        for held in actor.memberships
    )


def require(actor: Actor, what: Permission | Action, case: CaseFacts) -> None:
    """Let the actor pass.

    Raises:
        NotAllowed: policy refuses the actor.
    """
    if not may(actor, what, case):
        raise NotAllowed(what)
