"""How migrations run: on the application's engine, with short lock waits; on SQLite foreign keys are off meanwhile."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from engage.models.base import Instant

target = current_app.extensions["migrate"].db
# Full-text indexes are made by hand in the migrations; SQLite shows their inner tables as if they were ours.
NOT_OURS = ("case_words",)


def include_name(name, type_, parent_names):
    return not (type_ == "table" and name is not None and name.startswith(NOT_OURS))


def include_object(item, name, type_, reflected, compare_to):
    return include_name(name, type_, {}) if type_ == "table" else True


def render_item(type_, item, autogen_context):
    """Write instants as the plain column type: a migration must not change when our classes do."""
    return "sa.DateTime(timezone=True)" if type_ == "type" and isinstance(item, Instant) else False


def run(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=target.metadata,
        render_as_batch=is_sqlite,
        compare_type=True,
        include_name=include_name,
        include_object=include_object,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    with target.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        else:
            # A migration that cannot get its lock fails fast instead of queueing every page behind it.
            connection.exec_driver_sql("SET lock_timeout = '10s'")
            connection.exec_driver_sql("SET statement_timeout = '15min'")
        connection.commit()
        run(connection)
        connection.commit()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.commit()


main()
