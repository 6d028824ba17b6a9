"""Searches that stop at what is needed: a hundred thousand models, each in under 50 ms.

On PostgreSQL the labels among the words are kept apart, inside the row: whoever wants what is in
one language is answered by going through the latest rows, and need not fetch all words of each, 40
ms of them. Words and tokens always lie outside the row, so that five times as many rows share a
page. The table is written anew once, a minute for 100,000 models.

On SQLite the index also knows what begins with three characters, two letters after the sign of a
name: whom two letters may mean was put together out of all words that begin so, 87 ms. The index is
made anew once, some ten seconds for 100,000 models.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

INDEX = (
    "CREATE VIRTUAL TABLE listing_words USING fts5(words, content='listing', content_rowid='id',"
    " detail=none, columnsize=0,{} tokenize=\"ascii tokenchars '^=:/#?&%+@.~_-'\")"
)
REBUILD = "INSERT INTO listing_words(listing_words) VALUES ('rebuild')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _index(" prefix='3',")
        return
    op.execute(
        "CREATE FUNCTION essaim_marks(text) RETURNS tsvector"
        " LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS"
        " $$ SELECT array_to_tsvector(coalesce(array_agg(one), '{}'))"
        " FROM unnest(string_to_array($1, ' ')) AS one WHERE strpos(one, '=') > 0 $$"
    )
    # A row holds its labels twice, which is some 400 bytes; what is longer goes outside.
    op.execute("ALTER TABLE listing SET (toast_tuple_target = 512)")
    op.execute("ALTER TABLE listing ALTER COLUMN tokens SET STORAGE EXTERNAL")
    op.execute(
        "ALTER TABLE listing ADD COLUMN marks tsvector STORAGE MAIN NOT NULL"
        " GENERATED ALWAYS AS (essaim_marks(words)) STORED"
    )
    op.execute("CREATE INDEX ix_listing_marks ON listing USING gin (marks) WITH (fastupdate = off)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _index("")
        return
    op.execute("DROP INDEX ix_listing_marks")
    op.execute("ALTER TABLE listing DROP COLUMN marks")
    op.execute("DROP FUNCTION essaim_marks(text)")
    op.execute("ALTER TABLE listing ALTER COLUMN tokens SET STORAGE EXTENDED")
    op.execute("ALTER TABLE listing RESET (toast_tuple_target)")


def _index(option: str) -> None:
    """Make SQLite's index of words anew, with this option."""
    op.execute("DROP TABLE listing_words")
    op.execute(INDEX.format(option))
    op.execute(REBUILD)
