"""Words: names that say something, and nothing of the machine on which it was written."""

import re

from shape.repository import PACKAGES, files, texts

_SAYS_NOTHING = re.compile(
    r"(utils?|helpers?|common|misc|manager|services?|handlers?|processors?|info|base_\w+|do_\w+)"
    r"|\w+_(utils?|helpers?|manager|handler|processor)"
)
_REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.(?:org|com)|crates\.io|proxy\.golang\.org"
    r"|ghcr\.io|docker\.io|deb\.debian\.org",
    re.IGNORECASE,
)
_OF_A_MACHINE = re.compile(
    r"(?<![\w.:/{}$-])/(?:home|root|work|workspace|Users)/|\b[A-Z]:\\Users\\|/tmp/\w+/\w"
)
_LEFT_FOR_LATER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
_OF_OTHERS = ("tests/activitypub/captures/", "tests/vectors/", "LICENSE")


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = [
        str(path)
        for path in files(*PACKAGES, "tests")
        if path.suffix == ".py" and _SAYS_NOTHING.fullmatch(path.stem)
    ]
    assert empty == []


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is the installer's business; a lock has names and hashes."""
    assert _lines(_REGISTRIES) == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert _lines(_OF_A_MACHINE) == []


def test_nothing_is_left_for_later() -> None:
    """What is not there yet stands in FEDERATION.md, "Not yet", and in the changelog."""
    assert _lines(_LEFT_FOR_LATER) == []


def _lines(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line[:120]}"
        for path, text in texts()
        if not path.startswith(_OF_OTHERS) and path != "tests/shape/test_words.py"
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
