"""Web Push, notices that are held back, votes, and what apps say of a profile.

Nothing changes for whoever uses none of it: everything is accepted, everybody is found.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def _rows(table: str, *parts: sa.schema.SchemaItem) -> None:
    number = sa.Column("id", base.Id, autoincrement=False, nullable=False)
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    op.create_table(table, number, *parts, key)


def _number(name: str, *, is_nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, base.Id, nullable=is_nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _time(name: str, *, is_nullable: bool = False) -> sa.Column[sa.types.DateTime]:
    return sa.Column(name, base.UtcTime(timezone=True), nullable=is_nullable)


def _once(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def upgrade() -> None:
    _rows(
        "push_subscription",
        *(_number("token_id"), _number("owner_id")),
        *(_text("endpoint"), _text("p256dh"), _text("auth"), _text("bearer")),
        sa.Column("alerts", base.Json, nullable=False),
        *(_text("policy"), _flag("is_standard"), _count("failures")),
        *(_time("paused_until", is_nullable=True), _time("made_at")),
        _to("push_subscription", "token_id", "token"),
        _to("push_subscription", "owner_id", "actor"),
        _once("push_subscription", "token_id"),
    )
    op.create_index(op.f("ix_push_subscription_owner_id"), "push_subscription", ["owner_id"])
    _rows(
        "push_message",
        *(_number("subscription_id"), _number("notice_id"), _text("state")),
        *(_time("made_at"), _time("due_at"), _time("claimed_until", is_nullable=True)),
        _number("claimed_by", is_nullable=True),
        _to("push_message", "subscription_id", "push_subscription"),
        _to("push_message", "notice_id", "notice"),
        _once("push_message", "subscription_id", "notice_id"),
    )
    op.create_index(op.f("ix_push_message_notice_id"), "push_message", ["notice_id"])
    op.create_index("ix_push_message_state_due_at", "push_message", ["state", "due_at"])
    _rows(
        "notice_policy",
        _number("owner_id"),
        *(_text("for_not_following"), _text("for_not_followers"), _text("for_new_accounts")),
        *(_text("for_private_mentions"), _text("for_limited_accounts"), _time("updated_at")),
        _to("notice_policy", "owner_id", "actor"),
        _once("notice_policy", "owner_id"),
    )
    _rows(
        "notice_permission",
        *(_number("owner_id"), _number("from_id"), _time("made_at")),
        _to("notice_permission", "owner_id", "actor"),
        _to("notice_permission", "from_id", "actor"),
        _once("notice_permission", "owner_id", "from_id"),
    )
    op.create_index(op.f("ix_notice_permission_from_id"), "notice_permission", ["from_id"])
    _rows(
        "vote",
        *(_number("remark_id"), _number("actor_id"), _count("choice"), _time("made_at")),
        _to("vote", "remark_id", "remark"),
        _to("vote", "actor_id", "actor"),
        _once("vote", "remark_id", "actor_id", "choice"),
    )
    op.create_index(op.f("ix_vote_actor_id"), "vote", ["actor_id"])
    _rows(
        "ballot",
        *(_number("remark_id"), _time("due_at"), _flag("is_changed")),
        _to("ballot", "remark_id", "remark"),
        _once("ballot", "remark_id"),
    )
    op.create_index(op.f("ix_ballot_due_at"), "ballot", ["due_at"])
    op.add_column("notice", _default("is_held", is_true=False))
    op.add_column("acquaintance", _default("notifies", is_true=False))
    op.add_column("acquaintance", sa.Column("languages", base.Json, nullable=True))
    op.add_column("organisation", _json("lines", "[]"))
    op.add_column("organisation", _json("habits", "{}"))
    op.add_column("organisation", _default("is_discoverable", is_true=True))
    op.add_column("organisation", _default("is_indexable", is_true=True))
    op.add_column("instance", sa.Column("push_private", sa.Text(), nullable=True))
    op.add_column("instance", sa.Column("push_public", sa.Text(), nullable=True))


def _default(name: str, *, is_true: bool) -> sa.Column[bool]:
    usual = sa.true() if is_true else sa.false()
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=usual)


def _json(name: str, usual: str) -> sa.Column[Any]:
    return sa.Column(name, base.Json, nullable=False, server_default=usual)


def downgrade() -> None:
    columns = {
        "instance": ("push_public", "push_private"),
        "organisation": ("is_indexable", "is_discoverable", "habits", "lines"),
        "acquaintance": ("languages", "notifies"),
        "notice": ("is_held",),
    }
    for table, names in columns.items():
        for name in names:
            op.drop_column(table, name)
    for table in (
        *("ballot", "vote", "notice_permission", "notice_policy"),
        *("push_message", "push_subscription"),
    ):
        op.drop_table(table)
