"""What models and actors are found by, in an index of each database's own.

The rows are made by the program (`actors.verbs.cataloguing`), also for what is there already: the
housekeeping of the first start does that.
"""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEX = (
    "CREATE VIRTUAL TABLE listing_words USING fts5(words, content='listing', content_rowid='id',"
    " detail=none, columnsize=0, tokenize=\"ascii tokenchars '^=:/#?&%+@.~_-'\")"
)
FORGET = (
    "INSERT INTO listing_words(listing_words, rowid, words) VALUES ('delete', OLD.id, OLD.words);"
)
REMEMBER = "INSERT INTO listing_words(rowid, words) VALUES (NEW.id, NEW.words);"
SHUT = (
    "UPDATE listing SET is_shut = (NEW.shut_at IS NOT NULL OR NEW.gone_at IS NOT NULL)"
    " WHERE actor_id = NEW.id;"
)
DROP = "DELETE FROM listing WHERE id = OLD.id AND kind = 'model';"

# name, when, what
ON_SQLITE = (
    ("listing_words_insert", "INSERT ON listing", REMEMBER),
    ("listing_words_delete", "DELETE ON listing", FORGET),
    (
        "listing_words_update",
        "UPDATE OF words ON listing FOR EACH ROW WHEN OLD.words <> NEW.words",
        FORGET + REMEMBER,
    ),
)
ON_BOTH = (
    ("listing_actor_update", "UPDATE OF shut_at, gone_at ON actor FOR EACH ROW", SHUT),
    (
        "listing_model_update",
        "UPDATE OF deleted_at ON model FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL)",
        DROP,
    ),
    ("listing_model_delete", "DELETE ON model FOR EACH ROW", DROP),
)


def upgrade() -> None:
    op.create_table(
        "listing",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("is_shut", sa.Boolean(), nullable=False),
        sa.Column("is_withheld", sa.Boolean(), nullable=False),
        sa.Column("changed_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_listing_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    op.create_index(op.f("ix_listing_actor_id"), "listing", ["actor_id"])
    op.create_index("ix_listing_kind_id", "listing", ["kind", "id"])
    for table in ("actor", "model"):
        op.drop_column(table, "sought")  # what was read from end to end until now
    if op.get_bind().dialect.name == "sqlite":
        op.execute(INDEX)
        for name, when, what in (*ON_SQLITE, *ON_BOTH):
            op.execute(f"CREATE TRIGGER {name} AFTER {when} BEGIN {what} END")
        return
    # The price, and a language that is not inlined, tell the planner to ask the index and not rows.
    op.execute(
        "CREATE FUNCTION essaim_tokens(text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT"
        " PARALLEL SAFE COST 10000"
        " AS $$ BEGIN RETURN array_to_tsvector(string_to_array($1, ' ')); END $$"
    )
    op.execute("CREATE INDEX ix_listing_words ON listing USING gin (essaim_tokens(words))")
    for name, when, what in ON_BOTH:
        op.execute(
            f"CREATE FUNCTION essaim_{name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {what} RETURN NULL; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} AFTER {when} EXECUTE FUNCTION essaim_{name}()")


def downgrade() -> None:
    for table in ("actor", "model"):
        op.add_column(table, sa.Column("sought", sa.Text(), nullable=False, server_default=""))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, when, _ in ON_BOTH:
        table = when.partition(" ON ")[2].split()[0]
        op.execute(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}"))
        if not is_sqlite:
            op.execute(f"DROP FUNCTION essaim_{name}()")
    if is_sqlite:
        op.execute("DROP TABLE listing_words")
    op.drop_table("listing")
    if not is_sqlite:
        op.execute("DROP FUNCTION essaim_tokens(text)")
