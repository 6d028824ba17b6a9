"""What apps keep: bookmarks, markers, circles, filters, hashtags, planned remarks.

An entry of a timeline gets the id under which it stands there, so that a page is read from an
index; what a profile counts is counted in one; mutes may end by themselves.
"""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column("id", base.Id, autoincrement=False, nullable=False)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def _rows(table: str, *parts: sa.schema.SchemaItem) -> None:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    op.create_table(table, _id(), *parts, key)


def _number(name: str, *, is_nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, base.Id, nullable=is_nullable)


def _text(name: str, *, is_nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=is_nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _time(name: str, *, is_nullable: bool = False) -> sa.Column[sa.types.DateTime]:
    return sa.Column(name, base.UtcTime(timezone=True), nullable=is_nullable)


def _once(table: str, *columns: str) -> sa.UniqueConstraint:
    joined = "_".join(columns)
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{joined}"))


def upgrade() -> None:
    _rows(
        "bookmark",
        _number("actor_id"),
        _text("object_iri"),
        _time("made_at"),
        _to("bookmark", "actor_id", "actor"),
        _once("bookmark", "actor_id", "object_iri"),
    )
    op.create_index(op.f("ix_bookmark_object_iri"), "bookmark", ["object_iri"])
    _rows(
        "marker",
        _number("owner_id"),
        _text("timeline"),
        _number("last_read_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        _time("updated_at"),
        _to("marker", "owner_id", "actor"),
        _once("marker", "owner_id", "timeline"),
    )
    _rows(
        "hidden_thread",
        _number("owner_id"),
        _number("subject_id"),
        _time("made_at"),
        _to("hidden_thread", "owner_id", "actor"),
        _once("hidden_thread", "owner_id", "subject_id"),
    )
    _rows(
        "conversation_mark",
        _number("owner_id"),
        _number("root_id"),
        _number("read_id"),
        _number("put_away_id"),
        _to("conversation_mark", "owner_id", "actor"),
        _once("conversation_mark", "owner_id", "root_id"),
    )
    _rows(
        "circle",
        _number("owner_id"),
        _text("title"),
        _text("replies"),
        _flag("is_exclusive"),
        _time("made_at"),
        _to("circle", "owner_id", "actor"),
    )
    op.create_index(op.f("ix_circle_owner_id"), "circle", ["owner_id"])
    _rows(
        "circle_member",
        _number("circle_id"),
        _number("actor_id"),
        _to("circle_member", "circle_id", "circle"),
        _to("circle_member", "actor_id", "actor"),
        _once("circle_member", "circle_id", "actor_id"),
    )
    op.create_index(op.f("ix_circle_member_actor_id"), "circle_member", ["actor_id"])
    _rows(
        "acquaintance",
        _number("owner_id"),
        _number("actor_id"),
        _text("comment"),
        _flag("is_endorsed"),
        _flag("is_declined"),
        _flag("hides_boosts"),
        _time("changed_at"),
        _to("acquaintance", "owner_id", "actor"),
        _to("acquaintance", "actor_id", "actor"),
        _once("acquaintance", "owner_id", "actor_id"),
    )
    op.create_index(op.f("ix_acquaintance_actor_id"), "acquaintance", ["actor_id"])
    _rows(
        "filter",
        _number("owner_id"),
        _text("title"),
        sa.Column("contexts", base.Json, nullable=False),
        _text("action"),
        _time("expires_at", is_nullable=True),
        _time("made_at"),
        _to("filter", "owner_id", "actor"),
    )
    op.create_index(op.f("ix_filter_owner_id"), "filter", ["owner_id"])
    _rows(
        "filter_word",
        _number("filter_id"),
        _text("text"),
        _flag("is_whole"),
        _to("filter_word", "filter_id", "filter"),
    )
    op.create_index(op.f("ix_filter_word_filter_id"), "filter_word", ["filter_id"])
    _rows(
        "filtered_status",
        _number("filter_id"),
        _number("subject_id"),
        _to("filtered_status", "filter_id", "filter"),
        _once("filtered_status", "filter_id", "subject_id"),
    )
    for table in ("followed_subject", "shown_subject"):
        _rows(
            table,
            _number("owner_id"),
            _text("name"),
            _time("made_at"),
            _to(table, "owner_id", "actor"),
            _once(table, "owner_id", "name"),
        )
    op.create_index("ix_followed_subject_name", "followed_subject", ["name"])
    _rows(
        "planned",
        _number("actor_id"),
        _time("at"),
        sa.Column("said", base.Json, nullable=False),
        _text("request_key", is_nullable=True),
        _text("failure"),
        _time("made_at"),
        _to("planned", "actor_id", "actor"),
    )
    op.create_index(op.f("ix_planned_actor_id"), "planned", ["actor_id"])
    op.create_index(op.f("ix_planned_at"), "planned", ["at"])
    op.create_index(
        "ix_remark_said",
        "remark",
        ["actor_id", "visibility", "published_at"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    with op.batch_alter_table("mute") as mute:
        mute.add_column(_time("expires_at", is_nullable=True))
        mute.create_index("ix_mute_expires_at", ["expires_at"])
    op.add_column("timeline_entry", _number("shown_id", is_nullable=True))
    op.execute("UPDATE timeline_entry SET shown_id = COALESCE(boost_id, subject_id)")
    op.drop_index("ix_timeline_entry_owner_id_id", "timeline_entry")
    with op.batch_alter_table("timeline_entry") as entry:
        entry.alter_column("shown_id", existing_type=base.Id, nullable=False)
    op.create_index(
        "ix_timeline_entry_owner_id_shown_id", "timeline_entry", ["owner_id", "shown_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_remark_said", "remark")
    op.drop_index("ix_timeline_entry_owner_id_shown_id", "timeline_entry")
    with op.batch_alter_table("timeline_entry") as entry:
        entry.drop_column("shown_id")
    op.create_index("ix_timeline_entry_owner_id_id", "timeline_entry", ["owner_id", "id"])
    with op.batch_alter_table("mute") as mute:
        mute.drop_index("ix_mute_expires_at")
        mute.drop_column("expires_at")
    for table in (
        "planned",
        "shown_subject",
        "followed_subject",
        "filtered_status",
        "filter_word",
        "filter",
        "acquaintance",
        "circle_member",
        "circle",
        "conversation_mark",
        "hidden_thread",
        "marker",
        "bookmark",
    ):
        op.drop_table(table)
