"""How far a walk through a lineage goes, whatever strangers answer."""

from federation.workers.tracing import (
    DEEPEST,
    DOWN,
    FORKS,
    MOST_FETCHES,
    MOST_HOSTS,
    MOST_MODELS,
    MOST_OF_A_HOST,
    UP,
    Entry,
    Plan,
)


def a_plan() -> Plan:
    plan = Plan([], {})
    plan.add(Entry(UP, "https://start.test/models/m", 0))
    return plan


def taken(plan: Plan) -> int:
    """How many models stand in the plan beside the first."""
    return len(plan.entries) - 1


def test_nothing_is_read_twice_and_nothing_beyond_the_deepest_hop() -> None:
    plan = a_plan()
    for _ in range(3):
        plan.add(Entry(DOWN, "https://a.test/models/m", DEEPEST))
        plan.add(Entry(DOWN, "https://b.test/models/m", DEEPEST + 1))
    assert taken(plan) == 1


def test_one_host_that_makes_up_forks_is_read_so_often_and_no_more() -> None:
    plan = a_plan()
    for number in range(1_000):
        plan.add(Entry(DOWN, f"https://liar.test/models/{number}", 1))
    assert taken(plan) == MOST_OF_A_HOST
    plan.add(Entry(DOWN, "https://other.test/models/m", 1))
    assert taken(plan) == MOST_OF_A_HOST + 1


def test_names_that_cost_nothing_are_counted_too() -> None:
    plan = a_plan()
    for number in range(1_000):
        plan.add(Entry(DOWN, f"https://n{number}.liar.test/models/m", 1))
    assert taken(plan) == MOST_HOSTS - 1


def test_a_lineage_has_so_many_models_and_a_walk_so_many_documents() -> None:
    plan = a_plan()
    for number in range(MOST_MODELS * 2):
        plan.add(Entry(DOWN, f"https://h{number % (MOST_HOSTS - 1)}.test/models/{number}", 1))
    assert taken(plan) == MOST_MODELS - 1
    for number in range(MOST_FETCHES * 2):
        plan.add(Entry(FORKS, f"https://start.test/models/{number}/forks", 1))
    assert len(plan.seen) == MOST_FETCHES


def test_what_leads_upwards_goes_first() -> None:
    plan = a_plan()
    plan.add(Entry(DOWN, "https://a.test/models/m", 1))
    plan.add(Entry(UP, "https://b.test/models/m", 1), first=True)
    assert plan.entries[0].iri == "https://b.test/models/m"
