"""Meetings, telling a group, and what the person does once a case is closed, as deeds of anybody."""

from datetime import timedelta

from engage import clock
from engage.domain.lifecycle import Action
from engage.domain.policy import Actor, Party, Permission
from engage.services import answers, appeals, meetings
from engage.services.meetings import Met
from tests.lives.life import Life, deed

P = Permission


def a_meeting(life: Life) -> Met:
    """One of yesterday as a rule; now and then one that lies ahead, or of which the place was not written down."""
    day = clock.utcnow().date() + timedelta(days=life.one_of(-1, -1, -1, -1, 3))
    return Met(
        day, life.one_of("School", "School", "School", " "), "sr", "about 40", "The road is watered twice a day."
    )


@deed(P.NOTE)
def meet_about_the_proposal(life: Life, actor: Actor) -> None:
    life.act(actor, meetings.hold_talks, a_meeting(life), without=life.one_of(None, "A cousin translated."))


@deed(P.TELL_PERSON)
def tell_the_group(life: Life, actor: Actor) -> None:
    life.act(actor, meetings.report_back, a_meeting(life))


@deed(Action.REOPEN, unless=lambda _life, actor: actor.party is not Party.PERSON)
def come_back(life: Life, actor: Actor) -> None:
    """Nobody but the person takes their case up again by this road: nothing is asked but what is wrong."""
    life.act(actor, appeals.reopen, "The dust is back." if actor.party is Party.PERSON else " ")


@deed(P.AGREE_TO_CONVERT)  # the permission that nobody but the person has
def say_how_it_was(life: Life, actor: Actor) -> None:
    marks = {"process": life.one_of(1, 3, 5), "outcome": life.one_of(1, 3, 5)}
    life.act(actor, answers.give_feedback, words=life.one_of(None, "Nobody rang."), **marks)
