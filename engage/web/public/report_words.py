"""What the page of a report in the restricted lane says: whose turn it is, and what she may decide."""

from dataclasses import dataclass

from engage.domain.case import Writer
from engage.domain.lane import Course, Process, Step, Support, Telling
from engage.queries.own_report import OwnReport
from engage.services.contact import Problem
from engage.web.filters import day, local
from engage.web.locale import gettext, lazy_gettext

PROBLEMS = {
    Problem.BAD_EMAIL: lazy_gettext("Write the e-mail address like name@example.com."),
    Problem.ROAD_NOT_OPEN: lazy_gettext("You told us about somebody else, so we send no word. Use your code."),
}
_BY_SUPPORT = {
    Support.REPORTED: lazy_gettext("We have it. It is our turn."),
    Support.OFFERED: lazy_gettext("We offer you help. You say if you want it."),
    Support.CONSENTED: lazy_gettext("You said yes to help. It is our turn."),
    Support.DECLINED: lazy_gettext("You said no to the help we offered. You can say yes at any time."),
}
_BUTTONS = {
    Step.CONSENT_TO_REFERRAL: lazy_gettext("Yes, bring me to it"),
    Step.DECLINE_REFERRAL: lazy_gettext("No, I do not want that"),
    Step.WANT_ACTION: lazy_gettext("Yes, the employer should act"),
    Step.NOT_WANT_ACTION: lazy_gettext("No, the employer should not act"),
    Step.WISH_TO_HEAR: lazy_gettext("I want to hear what comes of it"),
    Step.NOT_WISH_TO_HEAR: lazy_gettext("I would rather not hear what comes of it"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """Something she decides, what she said so far, and the answers that are open to her now."""

    title: str
    words: str
    buttons: tuple[tuple[str, str], ...]


def heading(own: OwnReport) -> str:
    """Return whose turn it is, in a sentence."""
    report = own.report
    if report.for_other:
        return gettext("We have what you told us")
    if report.course is Course.STOPPED:
        return gettext("You stopped it. Nothing happens now")
    if report.course is Course.CLOSED:
        return gettext("It is closed. You can come back at any time")
    return str(_BY_SUPPORT[report.support])


def thread(own: OwnReport) -> list[dict[str, object]]:
    """Return what was written, as the thread shows it."""
    return [
        {
            "side": "person" if one.writer is Writer.PERSON else "us",
            "author": gettext("You") if one.writer is Writer.PERSON else gettext("The focal point"),
            "sent_on": day(one.at),
            "iso": local(one.at).isoformat(),
            "words": one.words,
        }
        for one in own.said
    ]


def questions(own: OwnReport) -> list[Question]:
    """Return what is hers to decide now."""
    asked = [
        Question(gettext("Do you want to be brought to this help?"), _about_referral(own), _offered(own, "referral")),
        Question(gettext("Should the employer act?"), _about_process(own), _offered(own, "action")),
        Question(gettext("Do you want to hear what comes of it?"), _about_telling(own), _offered(own, "hear")),
    ]
    return [one for one in asked if one.buttons]


def _offered(own: OwnReport, part: str) -> tuple[tuple[str, str], ...]:
    if part == "hear" and own.report.process not in (Process.WANTED, Process.BEGUN, Process.CONCLUDED):
        return ()  # nothing is on its way to be heard of
    return tuple((step.value, str(words)) for step, words in _BUTTONS.items() if part in step and step in own.steps)


def _about_referral(own: OwnReport) -> str:
    match own.report.support:
        case Support.CONSENTED:
            return gettext("You said yes. The focal point brings you to it, and tells them only what you allow.")
        case Support.DECLINED:
            return gettext("You said no. Nobody asks you again.")
        case _:
            return gettext("Nobody is told about you unless you say yes.")


def _about_process(own: OwnReport) -> str:
    match own.report.process:
        case Process.NOT_WANTED:
            return gettext("You said no. The employer is told nothing by us.")
        case Process.WANTED:
            return gettext("You said yes. The focal point begins it, and tells you when it has begun.")
        case Process.BEGUN:
            return gettext("It has begun. You can still stop it.")
        case _:
            return gettext(
                "If somebody who works for the mine did it, the employer can look into it and act. You do not have to "
                "meet anybody, and nobody asks you to make peace."
            )


def _about_telling(own: OwnReport) -> str:
    if own.report.telling is Telling.TELL:
        return gettext("We tell you what came of it when it is over.")
    return gettext("You said that you would rather not hear it.")
