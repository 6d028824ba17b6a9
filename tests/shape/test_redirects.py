"""No page sends its reader on from within a transaction: what it did there would be undone.

aiohttp's redirects are exceptions, and an exception that leaves `Database.begin` rolls back: the
reader would be told that it is done. So the sources are read: no redirect is raised inside such a
block, nor by any function of ours that is called there, however deep.
"""

import ast
from dataclasses import dataclass
from functools import cached_property

from shape.repository import modules

REDIRECTS = {"HTTPSeeOther", "HTTPFound", "HTTPMovedPermanently", "HTTPTemporaryRedirect"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One module: its name, its syntax, and what each name in it stands for."""

    name: str
    tree: ast.Module

    @cached_property
    def names(self) -> dict[str, str]:
        found = {one.name: f"{self.name}.{one.name}" for one in self.functions}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        return found

    @cached_property
    def functions(self) -> list[Function]:
        return [one for one in ast.walk(self.tree) if isinstance(one, Function)]

    def called(self, node: ast.AST) -> str:
        """The full name of what is called: `sessions.member(…)`, `_decide(…)`."""
        if not isinstance(node, ast.Call):
            return ""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            return f"{self.names.get(node.func.value.id, '')}.{node.func.attr}"
        return self.names.get(node.func.id, "") if isinstance(node.func, ast.Name) else ""


def test_nobody_is_sent_on_from_within_a_transaction() -> None:
    sources = [
        Source(path.removesuffix(".py").replace("/", "."), tree)
        for path, tree in modules("federation")
    ]
    redirecting = functions_that_redirect(sources)
    assert "federation.pages.sessions.member" in redirecting  # the search finds what is there
    assert faults(sources, redirecting) == []


def test_the_search_finds_a_redirect_however_deep() -> None:
    one = ast.parse(
        "from pages.two import outer\n"
        "async def act():\n"
        "    async with app.begin() as session:\n"
        "        await outer(session)\n"
    )
    two = ast.parse(
        "async def outer(session):\n    inner()\ndef inner():\n    raise web.HTTPSeeOther('/')\n"
    )
    sources = [Source("pages.one", one), Source("pages.two", two)]
    redirecting = functions_that_redirect(sources)
    assert redirecting == {"pages.two.inner", "pages.two.outer", "pages.one.act"}
    assert faults(sources, redirecting) == ["pages.one:4"]


def faults(sources: list[Source], redirecting: set[str]) -> list[str]:
    """Where a redirect leaves a transaction."""
    return [
        f"{source.name}:{getattr(inner, 'lineno', 0)}"
        for source in sources
        for block in ast.walk(source.tree)
        if isinstance(block, ast.AsyncWith) and any(map(begins, block.items))
        for inner in (each for line in block.body for each in ast.walk(line))
        if redirects(inner) or source.called(inner) in redirecting
    ]


def functions_that_redirect(sources: list[Source]) -> set[str]:
    """Everything that may raise a redirect, or calls what may."""
    bodies = {
        f"{source.name}.{one.name}": (source, one) for source in sources for one in source.functions
    }
    found: set[str] = set()
    while True:
        more = {
            name
            for name, (source, one) in bodies.items()
            if name not in found
            and any(redirects(each) or source.called(each) in found for each in ast.walk(one))
        }
        if not more:
            return found
        found |= more


def redirects(node: ast.AST) -> bool:
    """Is it `raise web.HTTPSeeOther(…)`?"""
    if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
        return False
    raised = node.exc.func
    return isinstance(raised, ast.Attribute) and raised.attr in REDIRECTS


def begins(item: ast.withitem) -> bool:
    """Is it `….begin() as session`?"""
    call = item.context_expr
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "begin"
    )
