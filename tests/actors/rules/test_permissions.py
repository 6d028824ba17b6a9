"""Who may do what in an organisation."""

import pytest

from actors.errors import NotAllowed
from actors.rules import permissions
from actors.rules.permissions import Office

STEWARD, EDITOR, READER = Office.STEWARD, Office.EDITOR, Office.READER


@pytest.mark.parametrize(
    ("office", "speaks", "manages"),
    [
        (STEWARD, True, True),
        (EDITOR, True, False),
        (Office.TRANSLATOR, False, False),
        (READER, False, False),
        (None, False, False),
    ],
)
def test_each_office_includes_the_one_below(
    office: Office | None, speaks: bool, manages: bool
) -> None:
    assert permissions.may_publish(office) is speaks
    assert permissions.may_follow(office) is speaks
    assert permissions.may_manage_members(office) is manages
    assert permissions.may_administer(office, is_network=True) is manages
    assert permissions.may_administer(office, is_network=False) is False


def test_a_translator_prepares_what_editors_publish() -> None:
    assert [office for office in Office if permissions.may_translate(office)] == [
        STEWARD,
        EDITOR,
        Office.TRANSLATOR,
    ]
    permissions.must_translate(Office.TRANSLATOR)
    with pytest.raises(NotAllowed, match="translators work"):
        permissions.must_translate(READER)


def test_those_who_may_are_let_through() -> None:
    permissions.must_publish(EDITOR)
    permissions.must_follow(EDITOR)
    permissions.must_manage_members(STEWARD)
    permissions.must_administer(STEWARD, is_network=True)


def test_those_who_may_not_are_told_who_may() -> None:
    with pytest.raises(NotAllowed, match="editors publish"):
        permissions.must_publish(READER)
    with pytest.raises(NotAllowed, match="editors follow"):
        permissions.must_follow(None)
    with pytest.raises(NotAllowed, match="stewards manage"):
        permissions.must_manage_members(EDITOR)
    with pytest.raises(NotAllowed, match="stewards of the network"):
        permissions.must_administer(STEWARD, is_network=False)
