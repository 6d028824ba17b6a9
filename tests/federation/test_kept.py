"""What is kept in memory is believed only as long as nothing has changed."""

from federation.kept import Kept, unknown


class Count:
    """Counts changes; None while nobody can say."""

    def __init__(self) -> None:
        self.value: int | None = 1

    def __call__(self) -> int | None:
        return self.value


def test_what_was_kept_is_void_after_a_change() -> None:
    count = Count()
    kept: Kept[str, str] = Kept(count, 10)
    kept.keep("a", "1", as_of=1)
    assert kept.get("a") == "1"
    count.value = 2
    assert kept.get("a") is None
    count.value = 1
    assert kept.get("a") is None, "what was thrown away does not come back"


def test_what_was_read_before_a_change_is_not_kept() -> None:
    count = Count()
    kept: Kept[str, str] = Kept(count, 10)
    as_of = kept.number()
    count.value = 2
    kept.keep("a", "1", as_of=as_of)
    assert kept.get("a") is None


def test_nothing_is_kept_and_nothing_believed_while_nobody_counts() -> None:
    count = Count()
    kept: Kept[str, str] = Kept(count, 10)
    kept.keep("a", "1", as_of=1)
    count.value = None
    assert kept.get("a") is None
    kept.keep("b", "1", as_of=None)
    count.value = 1
    assert kept.get("b") is None
    nobody: Kept[str, str] = Kept(unknown, 10)
    nobody.keep("a", "1", as_of=None)
    assert nobody.get("a") is None


def test_what_was_not_wanted_for_the_longest_time_goes_first() -> None:
    kept: Kept[str, str] = Kept(Count(), 2)
    for name in ("a", "b"):
        kept.keep(name, name, as_of=1)
    assert kept.get("a") == "a"
    kept.keep("c", "c", as_of=1)
    assert [kept.get(name) for name in ("a", "b", "c")] == ["a", None, "c"]
