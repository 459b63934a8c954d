"""Tasks: a name, a call, a heartbeat. The rules are in the services, and the rows say what is due."""

import logging

from celery import shared_task

from engage import clock
from engage.domain.schedule import WORKER
from engage.notify import outbox
from engage.services import (
    alarms,
    asking_for_news,
    checkpoints,
    choosing_password,
    corrective,
    delivery,
    digests,
    errand_rungs,
    escalation,
    explanations,
    heartbeats,
    left_behind,
    moving,
    pauses,
    readings,
    retention,
    scanning,
    systemic,
    texts,
    training,
)
from engage.services import tasks as work
from engage.services.inbound import forgetting, mailbox, processing, receiving, reminding
from engage.services.lane import clocks as lane_clocks
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


@shared_task(name=outbox.DRAIN_TASK)
def drain_outbox() -> None:
    """Deliver what is due, now, because something was just owed."""
    log.info("drain_outbox: %s sent", delivery.drain())


@shared_task(name="engage.sweep_outbox")
def sweep_outbox() -> None:
    """Deliver what is due, whoever forgot to say so."""
    seen()
    finished("sweep-outbox", delivery.drain())


@shared_task(name="engage.watch_delivery")
def watch_delivery() -> None:
    """Tell operators by another road what keeps notices from people."""
    seen()
    finished("watch-delivery", alarms.watch())


@shared_task(name=receiving.PROCESS_TASK)
def process_mail() -> None:
    """Read what came in, now, because something just did."""
    log.info("process_mail: %s read", processing.process_due())


@shared_task(name="engage.sweep_mail")
def sweep_mail() -> None:
    """Read what came in, whoever forgot to say so, and tell again of what nobody has sorted."""
    count = processing.process_due()
    with unit_of_work():
        forgetting.forget_senders(clock.utcnow())
    reminding.remind()
    finished("sweep-mail", count)


@shared_task(name="engage.fetch_mail")
def fetch_mail() -> None:
    """Fetch what lies in the mailbox, where nobody waits at it all the time."""
    finished("fetch-mail", mailbox.fetch_once())


@shared_task(name="engage.answer_resets")
def answer_resets() -> None:
    """Send the links to whoever forgot their password."""
    finished("answer-resets", choosing_password.answer_resets())


@shared_task(name="engage.climb_ladder")
def climb_ladder() -> None:
    """Remind of what falls due and escalate what is late."""
    finished("climb-ladder", escalation.climb())


@shared_task(name="engage.end_pauses")
def end_pauses() -> None:
    """Let the clocks run again whose pause is over."""
    finished("end-pauses", pauses.end_due())


@shared_task(name="engage.chase_explanations")
def chase_explanations() -> None:
    """Tell those further up of what nobody has explained in time."""
    finished("chase-explanations", explanations.miss_due())


@shared_task(name="engage.ask_for_news")
def ask_for_news() -> None:
    """Ask for word to the person where they heard nothing for too long."""
    finished("ask-for-news", asking_for_news.ask_due())


@shared_task(name="engage.watch_lane")
def watch_lane() -> None:
    """Tell focal points of what is late in the restricted lane. How much it was, no log says."""
    lane_clocks.look_due()
    finished("watch-lane", 0)


@shared_task(name="engage.remind_tasks")
def remind_tasks() -> None:
    """Remind staff of their tasks that fall due, and of what they change because of a case, and of word to people."""
    finished("remind-tasks", work.remind_due() + corrective.remind_due() + errand_rungs.climb())


@shared_task(name="engage.scan_files")
def scan_files() -> None:
    """Look at files that wait for the malware scanner."""
    finished("scan-files", scanning.sweep())


@shared_task(name="engage.read_texts")
def read_texts() -> None:
    """Put the texts that people sent onto their cases, and heed what was reported of ours too early."""
    finished("read-texts", texts.read_waiting() + texts.heed_early())


@shared_task(name="engage.review_accounts")
def review_accounts() -> None:
    """Deactivate whose time here is up, let roles rest whose training ran out, and hand on what was left behind."""
    finished("review-accounts", moving.end_due() + training.review() + left_behind.hand_over_again())


@shared_task(name="engage.watch_repetition")
def watch_repetition() -> None:
    """Put cases that repeat at one place on the list of what keeps happening."""
    finished("watch-repetition", systemic.watch())


@shared_task(name="engage.watch_readings")
def watch_readings() -> None:
    """Find who read cases in an unusual way, and tell the auditors."""
    finished("watch-readings", readings.watch())


@shared_task(name="engage.send_digests")
def send_digests() -> None:
    """Tell coordinators how their week begins, and each day what is late."""
    finished("send-digests", digests.send_due())


@shared_task(name="engage.make_checkpoint")
def make_checkpoint() -> None:
    """Sign what the whole record is, once a day, and tell the auditors."""
    finished("make-checkpoint", checkpoints.make())


@shared_task(name="engage.apply_retention")
def apply_retention() -> None:
    """Forget what is kept no longer."""
    finished("apply-retention", retention.apply())


def seen() -> None:
    """Leave a sign that a worker is there, whatever becomes of its task."""
    with unit_of_work():
        heartbeats.beat(WORKER, 0)


def finished(entry: str, count: int) -> None:
    """Log one line and leave a heartbeat."""
    log.info("%s: %s", entry, count)
    with unit_of_work():
        heartbeats.beat(entry, count)
