"""The worker and the schedule: `celery -A worker.app worker` and `celery -A worker.app beat`."""

import gc
from typing import Any

from celery import Task
from celery.signals import worker_process_init

from engage import create_app
from engage.extensions import celery, db
from engage.settings import settings
from worker.schedule import entries

flask_app = create_app()


class ContextTask(Task):
    """Runs each task in an application context of its own and leaves no session behind."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Run the task."""
        with flask_app.app_context():
            try:
                return self.run(*args, **named)
            finally:
                db.session.remove()


celery.task_cls = ContextTask
with flask_app.app_context():
    celery.conf.update(
        beat_schedule=entries(
            sweep_seconds=settings().SWEEP_SECONDS,
            escalate_seconds=settings().ESCALATE_SECONDS,
            fetch_seconds=settings().IMAP_POLL_SECONDS,
        ),
        beat_schedule_filename=str(settings().VAR / "schedule"),
        # A page asks a silent broker once and waits a second; a worker waits for work as long as it takes.
        broker_transport_options={
            name: value
            for name, value in celery.conf.broker_transport_options.items()
            if name != "max_retries" and not name.endswith("timeout")
        },
        imports=("worker.tasks",),
        task_soft_time_limit=540,
        task_time_limit=600,  # ours: a task that hangs is ended; what it claimed comes due again
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
    )


_COLLECTED_AFTER = 10_000  # Ours: new objects that outlive their use; a mail makes some hundreds of them


@worker_process_init.connect
def leave_alone_what_stays(**_: object) -> None:
    """Let the collector pass over what was imported, which lives as long as the process and is most of what there is.

    Looking through it again and again was a quarter of what a notice cost (`bench.delivery`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER, 10, 10)
