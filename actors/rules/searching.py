"""Searching: what is compared when somebody looks for words."""

import unicodedata


def folded(text: str) -> str:
    """Lower case and without accents, so that `cafe` finds `Café`; the same on every database."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def who(name: str, handle: str) -> str:
    """What somebody is found by: name and handle."""
    return folded(f"{name}\n{handle}")


def pattern(text: str) -> str:
    r"""A LIKE pattern that finds the text anywhere; `%`, `_` and `\` in it stand for themselves."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
