"""The floor: Flask, SQLAlchemy and a template doing one thing each, with nothing around it.

One transaction of five INSERTs, one indexed list of 25 joined rows, one static page. `bench.floor:app` is its entry.
"""

import os
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship

PLACES, ROWS_SHOWN = 3, 25
START = datetime(2026, 1, 1, tzinfo=UTC)
TEMPLATES = {
    "list.html": """<!doctype html><html lang="en"><title>List</title><table>{% for row in rows %}
<tr><td>{{ row.name }}</td><td>{{ row.place.name }}</td><td>{{ row.text.words }}</td><td>{{ row.due_at }}</td></tr>
{% endfor %}</table></html>""",
    "static.html": '<!doctype html><html lang="en"><title>Page</title><h1>Page</h1><p>It asks nobody.</p></html>',
}


class Base(DeclarativeBase):
    """Parent of the floor's tables."""

    type_annotation_map = {datetime: sa.DateTime(timezone=True)}


class Keyed:
    """A random key, as engage has."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


class Place(Keyed, Base):
    """What rows are listed by."""

    __tablename__ = "place"
    name: Mapped[str]


class Item(Keyed, Base):
    """A row of the list."""

    __tablename__ = "item"
    __table_args__ = (Index(None, "place_id", "due_at"),)
    name: Mapped[str] = mapped_column(unique=True)
    place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("place.id"))
    due_at: Mapped[datetime]
    place: Mapped[Place] = relationship()
    text: Mapped["Text"] = relationship(uselist=False)


class Text(Base):
    """The words of a row."""

    __tablename__ = "text"
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    words: Mapped[str]


class Key(Keyed, Base):
    """Something looked up by a unique value."""

    __tablename__ = "key"
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("item.id"))
    digest: Mapped[str] = mapped_column(unique=True)


class Entry(Keyed, Base):
    """Something that happened to a row."""

    __tablename__ = "entry"
    __table_args__ = (Index(None, "item_id", "at"),)
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("item.id"))
    at: Mapped[datetime]


class Due(Keyed, Base):
    """Something owed by a date."""

    __tablename__ = "due"
    __table_args__ = (Index(None, "due_at"),)
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("item.id"))
    due_at: Mapped[datetime]


db = SQLAlchemy(metadata=Base.metadata)


def create_app(url: str | None = None) -> Flask:
    """Return the floor on a database: the one given, or FLOOR_DATABASE_URL."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url or os.environ["FLOOR_DATABASE_URL"]
    app.jinja_loader = DictLoader(TEMPLATES)
    db.init_app(app)
    app.add_url_rule("/insert", view_func=insert, methods=["POST"])
    app.add_url_rule("/list", view_func=show_list)
    app.add_url_rule("/static-page", view_func=show_static)
    return app


def insert() -> tuple[str, int]:
    """One transaction of five INSERTs into five tables."""
    item_id, now = uuid.uuid4(), datetime.now(UTC)
    db.session.add(Item(id=item_id, name=item_id.hex, place_id=_place(0), due_at=now))
    db.session.flush()
    db.session.add_all(
        [
            Text(item_id=item_id, words="Dust from the haul road covers our gardens."),
            Key(item_id=item_id, digest=uuid.uuid4().hex),
            Entry(item_id=item_id, at=now),
            Due(item_id=item_id, due_at=now),
        ]
    )
    db.session.commit()
    return "kept", 201


def show_list() -> str:
    """25 rows of three tables in the order of an index."""
    rows = db.session.scalars(
        sa.select(Item)
        .where(Item.place_id == _place(1))
        .options(joinedload(Item.place, innerjoin=True), joinedload(Item.text, innerjoin=True))
        .order_by(Item.due_at)
        .limit(ROWS_SHOWN)
    ).all()
    return render_template("list.html", rows=rows)


def show_static() -> str:
    """A page without a database."""
    return render_template("static.html")


def fill(app: Flask, count: int) -> None:
    """Make the floor's tables with so many rows."""
    with app.app_context():
        db.create_all()
        rows: list[dict[str, Any]] = [
            {
                "id": uuid.uuid4(),
                "name": f"row {at}",
                "place_id": _place(at % PLACES),
                "due_at": START + timedelta(0, at),
            }
            for at in range(count)
        ]
        db.session.execute(sa.insert(Place), [{"id": _place(at), "name": f"place {at}"} for at in range(PLACES)])
        db.session.execute(sa.insert(Item), rows)
        db.session.execute(sa.insert(Text), [{"item_id": row["id"], "words": row["name"] * 9} for row in rows])
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def _place(number: int) -> uuid.UUID:
    return uuid.UUID(int=number + 1)


app = create_app() if "FLOOR_DATABASE_URL" in os.environ else None
