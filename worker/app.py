"""The worker and the schedule: `celery -A worker.app worker` and `celery -A worker.app beat`."""

from typing import Any

from celery import Task

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
