"""The three floors: which way imports point, and that nothing is hidden from the contracts."""

import ast
import subprocess
import sys
from pathlib import Path

from shape.repository import PACKAGES, ROOT, modules

import activitypub
import actors
import federation


def test_every_import_contract_is_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    # Without its cache: several processes of the tests would write it at once.
    result = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


def test_the_packages_under_test_are_those_of_this_repository() -> None:
    for package in (activitypub, actors, federation):
        assert package.__file__ is not None
        assert Path(package.__file__).parent == ROOT / package.__name__


def test_no_import_hides_inside_a_function_or_behind_a_condition() -> None:
    late = [  # 3 to 10 MB each, which most servers never need
        "activitypub/proofs/rsa2017.py",  # PyLD
        "actors/migrations/__init__.py",  # Alembic
        "federation/passkeys.py",  # webauthn
        "federation/passkeys.py",
        "federation/passkeys.py",
        "federation/transport/resolvers.py",  # dnspython
    ]
    hidden = []
    for path, tree in modules(*PACKAGES):
        open_imports = {
            id(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
        }
        hidden += [
            str(path)
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in open_imports
        ]
    assert sorted(hidden) == late


def test_nothing_is_imported_for_types_alone() -> None:
    """A cycle under TYPE_CHECKING is a cycle in the heads of readers."""
    found = [
        path
        for path, tree in modules(*PACKAGES)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
        or (isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING")
        or (isinstance(node, ast.alias) and node.name == "TYPE_CHECKING")
    ]
    assert found == []


def test_a_package_says_what_it_is_and_does_nothing_else() -> None:
    """`__init__.py` holds a docstring; exceptions are named here."""
    exceptions = {
        "activitypub/vocabulary/__init__.py",  # re-exports, so that one can write ap.Follow
        "actors/migrations/__init__.py",  # alembic's own folder: where a database stands
        "federation/__init__.py",  # the version
    }
    busy = {
        path
        for path, tree in modules(*PACKAGES)
        if path.endswith("__init__.py") and (len(tree.body) != 1 or not ast.get_docstring(tree))
    }
    assert busy <= exceptions
