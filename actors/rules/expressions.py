"""Expressions: what is looked for, said once, and written in the language of each database.

Tokens are made by `searching` and `labels` and hold neither blanks nor control characters. Both
databases are given them in quotation marks, so that none of their signs means anything.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Token:
    """Exactly this; or, with `is_start`, everything that begins so."""

    text: str
    is_start: bool = False


@dataclass(frozen=True)
class Both:
    """All of these; there is at least one."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Either:
    """At least one of these; there is at least one."""

    parts: "tuple[Expression, ...]"


Expression = Token | Both | Either


def both(*parts: Expression) -> Expression:
    """All of these, as short as it can be said."""
    return parts[0] if len(parts) == 1 else Both(parts)


def either(*parts: Expression) -> Expression:
    """One of these, each said once."""
    apart = tuple(dict.fromkeys(parts))
    return apart[0] if len(apart) == 1 else Either(apart)


def in_fts5(expression: Expression) -> str:
    """As SQLite's FTS5 reads it."""
    match expression:
        case Token(text, is_start):
            quoted = text.replace('"', '""')
            return f'"{quoted}"*' if is_start else f'"{quoted}"'
        case Both(parts):
            return "(" + " AND ".join(map(in_fts5, parts)) + ")"
        case Either(parts):
            return "(" + " OR ".join(map(in_fts5, parts)) + ")"


def in_tsquery(expression: Expression) -> str:
    """As PostgreSQL reads a `tsquery`."""
    match expression:
        case Token(text, is_start):
            quoted = text.replace("\\", "\\\\").replace("'", "''")
            return f"'{quoted}':*" if is_start else f"'{quoted}'"
        case Both(parts):
            return "(" + " & ".join(map(in_tsquery, parts)) + ")"
        case Either(parts):
            return "(" + " | ".join(map(in_tsquery, parts)) + ")"


def matches(expression: Expression, tokens: frozenset[str]) -> bool:
    """Whether these tokens are what is looked for; as both databases judge it."""
    match expression:
        case Token(text, False):
            return text in tokens
        case Token(text, _):
            return any(one.startswith(text) for one in tokens)
        case Both(parts):
            return all(matches(one, tokens) for one in parts)
        case Either(parts):
            return any(matches(one, tokens) for one in parts)
