"""People: invitations, imported lists of members, passkeys, one-time links, e-mails that wait."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def _rows(table: str, *parts: sa.schema.SchemaItem) -> None:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    identity = sa.Column("id", base.Id, autoincrement=False, nullable=False)
    op.create_table(table, identity, *parts, key)


def _to(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def _number(name: str, *, is_nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, base.Id, nullable=is_nullable)


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str, *, is_nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=is_nullable)


def _time(name: str, *, is_nullable: bool = False) -> sa.Column[sa.types.DateTime]:
    return sa.Column(name, base.UtcTime(timezone=True), nullable=is_nullable)


def _once(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(column, name=op.f(f"uq_{table}_{column}"))


def upgrade() -> None:
    _invitations()
    _credentials()
    _rows(
        "letter",
        _text("kind"),
        _text("address"),
        _text("locale"),
        _number("about_id", is_nullable=True),
        _time("made_at"),
        _time("due_at", is_nullable=True),
        _small("tries"),
        _time("claimed_until", is_nullable=True),
        _time("sent_at", is_nullable=True),
        _text("failure"),
    )
    op.create_index(op.f("ix_letter_about_id"), "letter", ["about_id"])
    op.create_index(op.f("ix_letter_due_at"), "letter", ["due_at"])
    device = sa.Column("device", sa.Text(), nullable=False, server_default="")
    op.add_column("browser_session", device)
    op.add_column("browser_session", _time("seen_at", is_nullable=True))


def _invitations() -> None:
    _rows(
        "invitation",
        _text("secret"),
        _small("turn"),
        _number("organisation_id"),
        _number("by_id", is_nullable=True),
        _text("email"),
        _text("name"),
        _text("office"),
        _text("locale"),
        _time("made_at"),
        _time("expires_at"),
        _time("closed_at", is_nullable=True),
        _text("outcome"),
        _number("member_id", is_nullable=True),
        _to("invitation", "organisation_id", "organisation", "CASCADE"),
        _to("invitation", "by_id", "member", "SET NULL"),
        _to("invitation", "member_id", "member", "SET NULL"),
        _once("invitation", "secret"),
    )
    op.create_index(op.f("ix_invitation_organisation_id"), "invitation", ["organisation_id"])
    _rows(
        "roster",
        _number("by_id", is_nullable=True),
        _text("name"),
        _small("size"),
        _small("declined"),
        _time("made_at"),
        _to("roster", "by_id", "member", "SET NULL"),
    )
    _rows(
        "roster_entry",
        _number("roster_id"),
        _text("handle", is_nullable=True),
        _text("name"),
        _text("email"),
        _text("summary"),
        _text("locale"),
        sa.Column("facts", base.Json, nullable=False),
        _text("secret", is_nullable=True),
        _small("turn"),
        _time("invited_at", is_nullable=True),
        _time("expires_at", is_nullable=True),
        _time("claimed_at", is_nullable=True),
        _number("organisation_id", is_nullable=True),
        _to("roster_entry", "roster_id", "roster", "CASCADE"),
        _to("roster_entry", "organisation_id", "organisation", "SET NULL"),
        _once("roster_entry", "handle"),
        _once("roster_entry", "secret"),
    )
    op.create_index(op.f("ix_roster_entry_roster_id"), "roster_entry", ["roster_id"])


def _credentials() -> None:
    _rows(
        "passkey",
        _number("member_id"),
        _text("credential"),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        _number("uses"),
        _text("name"),
        _time("made_at"),
        _time("used_at", is_nullable=True),
        _to("passkey", "member_id", "member", "CASCADE"),
        _once("passkey", "credential"),
    )
    op.create_index(op.f("ix_passkey_member_id"), "passkey", ["member_id"])
    _rows(
        "ticket",
        _text("secret"),
        _text("purpose"),
        _number("member_id", is_nullable=True),
        _text("email"),
        _time("made_at"),
        _time("expires_at"),
        _time("used_at", is_nullable=True),
        _to("ticket", "member_id", "member", "CASCADE"),
        _once("ticket", "secret"),
    )
    op.create_index(op.f("ix_ticket_member_id"), "ticket", ["member_id"])
    op.create_index(op.f("ix_ticket_expires_at"), "ticket", ["expires_at"])
