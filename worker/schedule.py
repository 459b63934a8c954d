"""What happens by the clock. Each entry is safe to run twice and safe to miss: what is due is read from the rows."""

from typing import Any

from celery.schedules import crontab

DAY_SECONDS = 24 * 3600


def entries(*, sweep_seconds: float, escalate_seconds: float, fetch_seconds: float) -> dict[str, dict[str, Any]]:
    """Return the schedule. An entry that waits in the queue until its next one comes is dropped."""
    return {
        "sweep-outbox": _every(sweep_seconds, "engage.sweep_outbox"),
        "sweep-mail": _every(sweep_seconds, "engage.sweep_mail"),
        "fetch-mail": _every(fetch_seconds, "engage.fetch_mail"),
        "answer-resets": _every(sweep_seconds, "engage.answer_resets"),
        "climb-ladder": _every(escalate_seconds, "engage.climb_ladder"),
        "chase-explanations": _every(escalate_seconds, "engage.chase_explanations"),
        "end-pauses": _every(escalate_seconds, "engage.end_pauses"),
        "ask-for-news": _every(escalate_seconds, "engage.ask_for_news"),
        "watch-lane": _every(escalate_seconds, "engage.watch_lane"),
        "remind-tasks": _every(escalate_seconds, "engage.remind_tasks"),
        "watch-delivery": _every(sweep_seconds, "engage.watch_delivery"),
        "scan-files": _every(sweep_seconds, "engage.scan_files"),
        "read-texts": _every(sweep_seconds, "engage.read_texts"),
        "watch-repetition": {
            "task": "engage.watch_repetition",
            "schedule": crontab(minute="40"),  # ours: hourly, since it reads only what came in lately
            "options": {"expires": 3600},
        },
        "watch-readings": {
            "task": "engage.watch_readings",
            "schedule": crontab(minute="50"),  # ours: hourly, so that an auditor can ask while people remember
            "options": {"expires": 3600},
        },
        "send-digests": {
            "task": "engage.send_digests",
            "schedule": crontab(minute="10"),  # ours: hourly, since mornings come at another hour at each site
            "options": {"expires": 3600},
        },
        "review-accounts": {
            "task": "engage.review_accounts",
            "schedule": crontab(minute="5"),  # ours: hourly, since days end at another hour at each site
            "options": {"expires": 3600},
        },
        "make-checkpoint": {
            "task": "engage.make_checkpoint",
            "schedule": crontab(minute="20"),  # ours: hourly, so that a worker that was down at midnight misses no day
            "options": {"expires": 3600},
        },
        "apply-retention": {
            "task": "engage.apply_retention",
            "schedule": crontab(hour="2", minute="10"),  # ours: at night in most of the places we serve
            "options": {"expires": DAY_SECONDS},
        },
    }


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}
