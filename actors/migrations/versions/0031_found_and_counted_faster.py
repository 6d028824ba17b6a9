"""What is found by its words, and where it is practised: answered from indexes alone.

On PostgreSQL the words are kept ready beside the text: of a word that stands everywhere it went
through the latest rows and made the words of each anew. The column makes itself; the table is
written anew once, some ten seconds for 100,000 models. SQLite's index keeps nothing but words, and
stays as it is.

Records of practice are counted by region, level and stage without reading the records.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


COUNTED = ("id", "deleted_at", "actor_id", "country", "territory", "level", "stage")


def upgrade() -> None:
    op.create_index("ix_replication_counted", "replication", COUNTED)
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP INDEX ix_listing_words")
    op.execute("DROP FUNCTION essaim_tokens(text)")
    op.execute(
        "ALTER TABLE listing ADD COLUMN tokens tsvector NOT NULL"
        " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED"
    )
    # Without a list of what is not sorted in yet: every search would read it from end to end.
    op.execute(
        "CREATE INDEX ix_listing_words ON listing USING gin (tokens) WITH (fastupdate = off)"
    )


def downgrade() -> None:
    op.drop_index("ix_replication_counted", "replication")
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP INDEX ix_listing_words")
    op.execute("ALTER TABLE listing DROP COLUMN tokens")
    op.execute(
        "CREATE FUNCTION essaim_tokens(text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT"
        " PARALLEL SAFE COST 10000"
        " AS $$ BEGIN RETURN array_to_tsvector(string_to_array($1, ' ')); END $$"
    )
    op.execute("CREATE INDEX ix_listing_words ON listing USING gin (essaim_tokens(words))")
