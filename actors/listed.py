"""Listed: many values that a statement is asked about, as one parameter.

`column IN (?, ?, …)` is another statement for every number of values, which SQLAlchemy writes and
SQLite reads anew each time: for a few hundred values that takes longer than the answer. So the
values go as one: SQLite takes them from a list in JSON, PostgreSQL from an array. Questions of a
page, of which many name a single value, have a text for each length (`asked`).
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, Boolean, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Listed(TypeDecorator[Collection[Any]]):
    """Values of one type, as the engine takes them."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array where there are arrays."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(self.of.dialect_impl(dialect)))

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """As it is written."""
        values = list(value or ())
        return json.dumps(values) if dialect.name == "sqlite" else values


class _Among(ColumnElement[bool]):
    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy reads it from the class
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: Any, values: Any) -> None:
        self.column = column
        self.values = values

    def self_group(self, against: OperatorType | None = None) -> "_Among":  # noqa: ARG002
        """It is a question already: no engine need compare it with true."""
        return self


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether a column holds one of the values that are given under this name; a part of a query.

    Args:
        column: of a table: numbers or texts.
        name: of the parameter, whose value is a collection.
    """
    plain = column.expression
    return _Among(plain, bindparam(name, type_=_Listed(plain.type)))


@compiles(_Among)
def _in_an_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"{column} = ANY ({compiler.process(element.values, **options)})"


@compiles(_Among, "sqlite")
def _in_a_list(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    values = compiler.process(element.values, **options)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - names of ours
