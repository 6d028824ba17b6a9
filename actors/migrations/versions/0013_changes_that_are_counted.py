"""The database says that something changed: what is kept in memory elsewhere is void then.

Triggers, because every process must hear of it, the operator's commands and a hand at the database
included. A later step that makes a table anew (a batch operation that SQLite cannot do in place)
drops its triggers and has to make them again: tests/actors/test_changes.py would fail.
"""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OURS = {"INSERT": "NEW.is_ours", "UPDATE": "OLD.is_ours OR NEW.is_ours", "DELETE": "OLD.is_ours"}

# subject, table, columns of which a change counts, event → which rows count
COUNTED = (
    ("documents", "actor", "iri, is_ours, type, handle, host, name, url, document, gone_at", OURS),
    ("documents", "model", "iri, is_ours, slug, url, number, document, deleted_at", OURS),
    # A revision is written before it is sealed; sealed it stays as it is.
    (
        "documents",
        "revision",
        "iri, model_id, number, document",
        {"UPDATE": "length(OLD.document) > 0", "DELETE": "length(OLD.document) > 0"},
    ),
    # That something is new voids nothing: only what was found is kept, never that there is nothing.
    ("keys", "key", "iri, actor_id, algorithm, public", {"UPDATE": "", "DELETE": ""}),
    ("keys", "actor", "iri, host, gone_at, shut_at", {"UPDATE": "", "DELETE": ""}),
    (
        "keys",
        "host",
        "name, is_blocked",
        {"INSERT": "NEW.is_blocked", "UPDATE": "", "DELETE": "OLD.is_blocked"},
    ),
)


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", base.Id, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_change")),
    )
    op.execute("INSERT INTO change (subject, number) VALUES ('documents', 1), ('keys', 1)")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            "CREATE FUNCTION essaim_changed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_notify('essaim_changes', TG_ARGV[0]); RETURN NULL; END $$"
        )
    for subject, table, columns, events in COUNTED:
        does = (
            f"BEGIN UPDATE change SET number = number + 1 WHERE subject = '{subject}'; END"  # noqa: S608
            if is_sqlite
            else f"EXECUTE FUNCTION essaim_changed('{subject}')"
        )
        for event, which in events.items():
            of = f" OF {columns}" if event == "UPDATE" else ""
            when = f" WHEN ({which})" if which else ""
            op.execute(
                f'CREATE TRIGGER {subject}_{table}_{event.lower()} AFTER {event}{of} ON "{table}" '
                f"FOR EACH ROW{when} {does}"
            )
