"""What may happen in a story: each word of a step and the use case it stands for."""

from datetime import timedelta
from typing import Any

from engage import clock
from engage.domain.deadlines import Promise
from engage.domain.severity import Level
from engage.services import (
    answers,
    appeals,
    conversation,
    deadlines,
    delays,
    endings,
    meetings,
    triage,
)
from engage.services.answers import PORTAL, SignOff
from engage.services.assessing import Assessment
from engage.services.demo.risk import KEPT_SAFE, RISKS, looked_at
from engage.services.demo.scenes import Scene, look_again
from engage.services.demo.steps import NOBODY, NOTHING, act, by
from engage.services.panels import declare


@act
def acknowledge(scene: Scene, _how: Any) -> None:
    case, actor = by(scene, "coordinator")
    triage.acknowledge(case, actor=actor)


@act
def route(scene: Scene, code: str) -> None:
    case, actor = by(scene, "coordinator")
    triage.route(case, scene.cast.site_ids[code], actor=actor)
    scene.site = code


@act
def assess(scene: Scene, how: dict[str, Any]) -> None:
    case, actor = by(scene, "coordinator")
    level = Level(how["level"])
    likelihood, harm = RISKS[how.get("risk", "low")]
    found = Assessment(
        category=how["category"],
        subcategory=how.get("subcategory"),
        actual=level,
        potential=level,
        facts=frozenset(how.get("facts", ())),
        likelihood=likelihood,
        harm=harm,
        measures=KEPT_SAFE,
        title=how["title"],
        community=how.get("community"),
        immediate_action=how.get("first"),
    )
    triage.assess(case, found, actor=actor)
    look_again(scene)


@act
def assign(scene: Scene, role: str) -> None:
    case, actor = by(scene, "coordinator")
    triage.assign(case, scene.staff(role).id or NOBODY, actor=actor)
    scene.assignee = role


@act
def reply(scene: Scene, words: str) -> None:
    case, actor = by(scene)
    conversation.reply(case, words, actor=actor)


@act
def ask(scene: Scene, words: str) -> None:
    case, actor = by(scene)
    conversation.reply(case, words, actor=actor, asks=True)


@act
def note(scene: Scene, words: str) -> None:
    case, actor = by(scene)
    conversation.note(case, words, actor=actor)


@act
def person(scene: Scene, words: str) -> None:
    actor = scene.person()
    conversation.write_as_person(scene.case(actor), words, actor=actor)


@act
def attempt(scene: Scene, how: dict[str, Any]) -> None:
    case, actor = by(scene)
    conversation.log_attempt(case, how["by"], reached=how["reached"], actor=actor)


@act
def delay(scene: Scene, how: dict[str, Any]) -> None:
    case, actor = by(scene)
    row = deadlines.first_open(case, Promise(how["promise"]))
    new_date = clock.utcnow() + timedelta(days=how["days"])
    delays.tell_delay(case, row.id if row else NOTHING, delays.Delay(how["done"], how["words"]), new_date, actor=actor)


def _answer(scene: Scene, how: str | dict[str, Any]) -> Any:
    """Return the case, who answers, and how: on the page, or by word of mouth as staff record it."""
    if isinstance(how, str):
        actor = scene.person()
        return scene.case(actor), actor, SignOff(PORTAL, words=how)
    case, actor = by(scene)
    return case, actor, SignOff(how["mode"], read_back=True, words=how["words"])


@act
def accept(scene: Scene, how: Any) -> None:
    case, actor, sign_off = _answer(scene, how)
    answers.accept(case, actor=actor, sign_off=sign_off)


@act
def counter(scene: Scene, how: Any) -> None:
    case, actor, sign_off = _answer(scene, how)
    answers.counter(case, actor=actor, sign_off=sign_off)


@act
def meet(scene: Scene, how: Any) -> None:
    case, actor, sign_off = _answer(scene, how)
    answers.counter(case, actor=actor, wants_meeting=True, sign_off=sign_off)


@act
def refuse(scene: Scene, how: Any) -> None:
    case, actor, sign_off = _answer(scene, how)
    answers.refuse(case, actor=actor, wants_panel=False, sign_off=sign_off)


@act
def refuse_to_panel(scene: Scene, how: Any) -> None:
    case, actor, sign_off = _answer(scene, how)
    answers.refuse(case, actor=actor, wants_panel=True, sign_off=sign_off)


@act
def done(scene: Scene, how: list[Any]) -> None:
    number, evidence = how
    case, actor = by(scene)
    endings.finish_remedy(case, scene.remedies[number - 1], evidence, actor=actor)


@act
def confirm(scene: Scene, how: list[Any]) -> None:
    number, confirmed, words = how
    case, actor, sign_off = _answer(scene, words)
    answers.confirm_remedy(case, scene.remedies[number - 1], confirmed=confirmed, actor=actor, sign_off=sign_off)


@act
def tell_group(scene: Scene, how: dict[str, str]) -> None:
    case, actor = by(scene)
    meetings.report_back(case, meetings.Met(clock.utcnow().date() - timedelta(days=1), **how), actor=actor)


@act
def verify(scene: Scene, _how: Any) -> None:
    case, actor = by(scene)
    looked_at(case, actor)
    endings.verify(case, actor=actor)


@act
def lapse(scene: Scene, _how: Any) -> None:
    case, actor = by(scene, "approver")
    looked_at(case, actor)
    endings.lapse(case, actor=actor)


@act
def answer(scene: Scene, words: str) -> None:
    case, actor = by(scene, "coordinator")
    endings.answer(case, words, actor=actor)


@act
def check(scene: Scene, words: str) -> None:
    case, actor = by(scene)
    endings.check_afterwards(case, endings.AfterTalk(words, "yes", punished=False), actor=actor)


@act
def appeal(scene: Scene, words: str) -> None:
    actor = scene.person()
    appeals.appeal(scene.case(actor), words, actor=actor)


@act
def seat(scene: Scene, _how: Any) -> None:
    case, actor = by(scene, "coordinator")
    members = [user for role in ("panel", "second_panel") if (user := scene.staff(role).id)]
    appeals.seat_panel(case, members, actor=actor)


@act
def decide(scene: Scene, how: dict[str, Any]) -> None:
    case, actor = by(scene, "panel")
    declare(case, actor=actor)
    appeals.decide(case, how["outcome"], how["words"], actor=actor, to_proposal=how["new_offer"])


@act
def refer(scene: Scene, how: dict[str, Any]) -> None:
    case, actor = by(scene, "coordinator")
    terms = appeals.Terms(how["terms"], how.get("binding", False), why_other=how.get("why_other"))
    appeals.refer(case, how["body"], terms, actor=actor)


@act
def report(scene: Scene, how: dict[str, Any]) -> None:
    case, actor = by(scene, "coordinator")
    appeals.report(case, how["outcome"], how["words"], actor=actor, to_proposal=how["new_offer"])


@act
def reopen(scene: Scene, words: str) -> None:
    actor = scene.person()
    appeals.reopen(scene.case(actor), words, actor=actor)


@act
def screen_out(scene: Scene, how: dict[str, Any]) -> None:
    case, actor = by(scene, "coordinator")
    triage.ask_screen_out(case, how["reason"], how["words"], how["referral"], actor=actor)


@act
def second_yes(scene: Scene, _how: Any) -> None:
    case, actor = by(scene, "approver")
    triage.decide_screen_out(case, approve=True, actor=actor)


@act
def withdraw(scene: Scene, words: str) -> None:
    actor = scene.person()
    answers.withdraw(scene.case(actor), actor=actor, words=words, pressured=False)


@act
def feedback(scene: Scene, how: list[Any]) -> None:
    process, outcome, words = how
    actor = scene.person()
    answers.give_feedback(scene.case(actor), process=process, outcome=outcome, words=words or None, actor=actor)
