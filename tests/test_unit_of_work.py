"""One place commits: what is read ends cheaply, and what is written outside a unit of work is thrown away."""

import uuid

import pytest
from psycopg import _queries
from sqlalchemy import func, insert, select, text

from engage import extensions
from engage.extensions import db
from engage.models import Site
from engage.unit_of_work import end_reading, release, unit_of_work
from tests.fixtures.database import on_server
from tests.states import a_site


def sites() -> int:
    return db.session.scalar(select(func.count()).select_from(Site))


def renamed(site_id: uuid.UUID) -> None:
    db.session.get_one(Site, site_id).name = "Renamed"


def flushed(site_id: uuid.UUID) -> None:
    renamed(site_id)
    db.session.flush()


def updated(site_id: uuid.UUID) -> None:
    db.session.execute(Site.__table__.update().where(Site.id == site_id).values(name="Renamed"))


def inserted(site_id: uuid.UUID) -> None:
    site = db.session.get_one(Site, site_id)
    values = {column.key: getattr(site, column.key) for column in Site.__table__.columns}
    db.session.execute(insert(Site), [{**values, "id": uuid.uuid4(), "code": "XYZ", "is_group_intake": False}])


@pytest.mark.parametrize("write", [renamed, flushed, updated, inserted])
def test_what_is_written_outside_a_unit_of_work_is_thrown_away(session, write):
    site_id = a_site("BOR")
    name, count = db.session.get_one(Site, site_id).name, sites()
    write(site_id)
    end_reading()
    assert (db.session.get_one(Site, site_id).name, sites()) == (name, count)
    write(site_id)
    with unit_of_work():
        pass
    assert (db.session.get_one(Site, site_id).name, sites()) == (name, count)


def test_a_use_case_that_failed_leaves_nothing_for_the_next_reading_to_commit(session):
    site_id = a_site("BOR")
    with pytest.raises(RuntimeError), unit_of_work():
        flushed(site_id)
        raise RuntimeError
    end_reading()
    assert db.session.get_one(Site, site_id).name != "Renamed"


@pytest.mark.postgres
def test_a_statement_stays_prepared_from_page_to_page(session):
    for _ in range(60):  # whichever of its connections the pool gives
        sites()
        end_reading()
    assert db.session.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%site%'")) > 0


@pytest.mark.postgres
def test_a_page_after_the_database_was_away_for_a_while_finds_it_again(session, monkeypatch):
    monkeypatch.setattr(extensions, "IDLE_SECONDS", 0.0)
    session.rollback()
    db.engine.dispose()  # one connection alone in the pool, and no dead one left there for the next test
    mine = db.session.scalar(text("SELECT pg_backend_pid()"))
    end_reading()
    on_server(db.engine.url, f"SELECT pg_terminate_backend({mine})")
    assert db.session.scalar(text("SELECT pg_backend_pid()")) != mine


def by_orm() -> None:
    db.session.scalar(select(Site.id).limit(1))


def by_text() -> None:
    db.session.execute(text("SELECT 1"))


@pytest.mark.postgres
@pytest.mark.parametrize("read", [by_orm, by_text])
@pytest.mark.parametrize("end", [end_reading, release])
def test_a_page_that_lost_the_database_while_it_read_can_still_say_so(session, read, end):
    session.rollback()
    db.engine.dispose()
    read()
    mine = db.session.connection().connection.driver_connection.info.backend_pid
    on_server(db.engine.url, f"SELECT pg_terminate_backend({mine})")
    end()  # finds out at its COMMIT or ROLLBACK
    assert sites() >= 0


@pytest.mark.parametrize("write", [flushed, updated, inserted])
def test_a_page_that_writes_while_it_reads_is_a_fault_and_keeps_nothing(app, session, write):
    site_id = a_site()
    session.commit()
    with app.test_request_context(), pytest.raises(RuntimeError, match="unit of work"):
        write(site_id)
    release()
    assert sites() == 1
    assert db.session.get_one(Site, site_id).name != "Renamed"


def test_a_page_reads_and_then_writes_in_a_unit_of_work(app, session):
    site_id = a_site()
    session.commit()
    with app.test_request_context():
        assert sites() == 1
        with unit_of_work():
            renamed(site_id)
        assert db.session.get_one(Site, site_id).name == "Renamed"
    end_reading()
    assert db.session.get_one(Site, site_id).name == "Renamed"


@pytest.mark.postgres
def test_a_page_reads_without_a_transaction_and_the_pool_gets_its_connection_back_with_one(app, session):
    end_reading()
    with app.test_request_context():
        sites()
        assert db.session.connection().connection.driver_connection.autocommit
        end_reading()
        with unit_of_work():
            assert not db.session.connection().connection.driver_connection.autocommit
    with db.engine.connect() as connection:
        assert not connection.connection.driver_connection.autocommit


@pytest.mark.postgres
def test_what_a_statement_returns_is_described_by_name_and_type(session):
    raw = db.session.connection().connection.driver_connection
    with raw.cursor() as cursor:
        cursor.execute("SELECT 1 AS one, 'x'::text AS word")
        assert [column[0] for column in cursor.description] == ["one", "word"]
        assert [column[1] for column in cursor.description] == [23, 25]
        cursor.execute("SET application_name = 'x'")
        assert cursor.description is None


@pytest.mark.postgres
def test_long_statements_are_taken_apart_once(session):
    raw = db.session.connection().connection.driver_connection
    long = "SELECT " + ", ".join(f"%(p{at})s::int" for at in range(100)) + " -- " + "x" * 5000
    before = _queries._query2pg.cache_info().hits
    for _ in range(2):
        raw.execute(long, {f"p{at}": at for at in range(100)})
    assert _queries._query2pg.cache_info().hits > before
