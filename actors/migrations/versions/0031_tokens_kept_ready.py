"""What is found by its words: on PostgreSQL, the words are kept ready beside the text.

A word that stands everywhere made PostgreSQL go through the latest rows and make the words of each
anew. The column makes itself; the table is written anew once, some ten seconds for 100,000 models.
SQLite's index keeps nothing but words, and stays as it is.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP INDEX ix_listing_words")
    op.execute("DROP FUNCTION essaim_tokens(text)")
    op.execute(
        "ALTER TABLE listing ADD COLUMN tokens tsvector NOT NULL"
        " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED"
    )
    op.execute("CREATE INDEX ix_listing_words ON listing USING gin (tokens)")


def downgrade() -> None:
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
