"""`python -m bench.record`: what it costs to check a long case, and to sign a receipt beside receiving the concern."""

import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from flask_migrate import upgrade

from bench.instances import application
from engage import clock
from engage.domain.events import AttemptLogged
from engage.domain.policy import SYSTEM
from engage.extensions import celery, db
from engage.models import Case, CaseEvent, Statement
from engage.services import checkpoints, intake, receipt_proof, timeline, verifying
from engage.services.new_case import Concern
from engage.services.sites import ensure_group_intake
from engage.unit_of_work import unit_of_work

EVENTS, MOST_SECONDS = 1_000, 1.0  # Source: bars of the record
SUBMISSIONS, MOST_SHARE = 200, 0.10


def main() -> int:
    """Measure both in one run and say whether the bars are met."""
    celery.send_task = lambda *_task, **_options: None
    with tempfile.TemporaryDirectory() as folder:
        app = application(Path(folder), f"sqlite:///{folder}/engage.db")
        with app.app_context():
            upgrade()
            with unit_of_work():
                ensure_group_intake()
            share = _share_of_signing()
            seconds = _long_case()
            for engine in db.engines.values():
                engine.dispose()
    print(f"signing a receipt takes {share:.1%} of what receiving a concern takes (at most {MOST_SHARE:.0%})")
    print(f"the record of a case with {EVENTS:,} events is checked in {seconds:.2f} s (at most {MOST_SECONDS:.0f})")
    return 0 if share <= MOST_SHARE and seconds < MOST_SECONDS else 1


def _share_of_signing() -> float:
    """How much of a submission the proof is: both are timed in turn, and the middle of each counts."""
    whole, signing = [], []
    for number in range(SUBMISSIONS):
        start = perf_counter()
        with unit_of_work():
            received = intake.submit(intake.new_token(), Concern(what_happened=f"Dust on our roofs, house {number}."))
        whole.append(perf_counter() - start)
        case = db.session.get_one(Case, received.case_id)
        statement = db.session.get_one(Statement, case.id)
        row = db.session.query(CaseEvent).filter_by(case_id=case.id).one()
        start = perf_counter()
        receipt_proof.of_new(case, statement, row)
        signing.append(perf_counter() - start)
        db.session.rollback()
    return statistics.median(signing) / (statistics.median(whole) - statistics.median(signing))


def _long_case() -> float:
    """Seconds to go through the whole record of a case that came a long way, beside a checkpoint."""
    with unit_of_work():
        case = db.session.query(Case).limit(1).one()
        for _ in range(EVENTS):
            db.session.add(
                timeline.append(case, AttemptLogged(channel="phone", reached=False), actor=SYSTEM, at=clock.utcnow())
            )
        keep = case.id
    with unit_of_work():
        others = db.session.query(Case.id).filter(Case.id != keep).count()
    assert others == SUBMISSIONS - 1
    checkpoints.make()
    found = db.session.query(CaseEvent).filter_by(case_id=keep).order_by(CaseEvent.number).all()
    start = perf_counter()
    assert timeline.breaks_in(found) == []
    seconds = perf_counter() - start
    assert verifying.verify().broken == []
    return seconds


if __name__ == "__main__":
    raise SystemExit(main())
