"""No page sends its reader on from within a transaction: what it did there would be undone.

aiohttp's redirects are exceptions, and an exception that leaves `Database.begin` rolls back: the
reader would be told that it is done. So the sources are read: no redirect is raised inside such a
block, nor by any function of ours that is called there, however deep.
"""

import ast
from collections.abc import Iterator

from shape.repository import modules

REDIRECTS = {"HTTPSeeOther", "HTTPFound", "HTTPMovedPermanently", "HTTPTemporaryRedirect"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_nobody_is_sent_on_from_within_a_transaction() -> None:
    sources = dict(modules("federation"))
    redirecting = functions_that_redirect(sources)
    assert "sessions.member" in redirecting  # the search finds what is there
    faults = [
        f"{path}:{inner.lineno}"
        for path, tree in sources.items()
        for block in ast.walk(tree)
        if isinstance(block, ast.AsyncWith) and any(map(begins, block.items))
        for inner in (each for line in block.body for each in ast.walk(line))
        if redirects(inner) or called(inner, path) in redirecting
    ]
    assert faults == []


def test_the_search_finds_a_redirect_however_deep() -> None:
    tree = ast.parse(
        "async def act():\n"
        "    async with app.begin() as session:\n"
        "        await outer(session)\n"
        "async def outer(session):\n"
        "    inner()\n"
        "def inner():\n"
        "    raise web.HTTPSeeOther('/')\n"
    )
    assert functions_that_redirect({"pages/one.py": tree}) == {"one.inner", "one.outer", "one.act"}


def functions_that_redirect(sources: dict[str, ast.Module]) -> set[str]:
    """`module.function` of everything that may raise a redirect, or calls what may."""
    bodies = {f"{stem(path)}.{one.name}": (path, one) for path, one in functions(sources)}
    found: set[str] = set()
    while True:
        more = {
            name
            for name, (path, one) in bodies.items()
            if name not in found
            and any(redirects(each) or called(each, path) in found for each in ast.walk(one))
        }
        if not more:
            return found
        found |= more


def functions(sources: dict[str, ast.Module]) -> Iterator[tuple[str, Function]]:
    for path, tree in sources.items():
        yield from ((path, one) for one in ast.walk(tree) if isinstance(one, Function))


def redirects(node: ast.AST) -> bool:
    """Is it `raise web.HTTPSeeOther(…)`?"""
    raised = (
        node.exc.func if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) else None
    )
    return isinstance(raised, ast.Attribute) and raised.attr in REDIRECTS


def called(node: ast.AST, path: str) -> str:
    """`module.function` of a call, as far as it is written: `sessions.member(…)`, `_decide(…)`."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return f"{node.func.value.id}.{node.func.attr}"
    return f"{stem(path)}.{node.func.id}" if isinstance(node.func, ast.Name) else ""


def begins(item: ast.withitem) -> bool:
    """Is it `….begin() as session`?"""
    call = item.context_expr
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "begin"
    )


def stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")
