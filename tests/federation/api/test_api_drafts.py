"""Drafts by programs: kept, planned, called off, published, thrown away."""

from datetime import timedelta

from together.program import Program, a_model, must_fit


async def test_a_draft_is_kept_planned_and_published(coop: Program) -> None:
    begun = await coop.post("/drafts", {"language": "fr", "name": "Atelier"})
    draft = begun.told(201)
    must_fit(draft, "Draft")
    assert draft["checklist"]["startable"] is False
    path = f"/drafts/{draft['id']}"
    assert begun.headers["Location"].endswith(path)

    refused = await coop.post(f"{path}/publish", {})
    assert refused.is_problem(422)
    assert "sections" in refused.errors

    whole = a_model(name="Atelier", note="Prêt.")
    assert (await coop.call("PUT", path, whole)).told(200)["names"] == {"fr": "Atelier"}
    clock = coop.house.street.clock
    at = clock() + timedelta(hours=2)
    for body, field in (
        ({"publishAt": "soon"}, "publishAt"),
        ({"publishAt": "2026-01-01T10:00:00"}, "publishAt"),
        ({"publishAt": clock().isoformat()}, "publishAt"),
        ({"publishAt": at.isoformat(), "zone": "Mars/Olympus"}, "zone"),
    ):
        wrong = await coop.call("PUT", f"{path}/plan", body)
        assert wrong.is_problem(422)
        assert set(wrong.errors) == {field}
    wanted = {"publishAt": at.isoformat(), "zone": "Europe/Rome"}
    planned = (await coop.call("PUT", f"{path}/plan", wanted)).told(200)
    must_fit(planned, "Draft")
    assert planned["zone"] == "Europe/Rome"
    unfit = await coop.call("PUT", path, {"language": "fr"})
    assert unfit.is_problem(422)
    assert (await coop.delete(f"{path}/plan")).told(200)["publishAt"] is None
    (await coop.call("PUT", f"{path}/plan", wanted)).told(200)
    must_fit((await coop.get("/drafts")).told(200), "Drafts")

    clock.turn(hours=3)
    await coop.house.street.settle()
    assert (await coop.get("/drafts")).told(200)["items"] == []
    assert (await coop.get(path)).is_problem(404)
    (notice,) = (await coop.get("/notices")).told(200)["items"]
    assert notice["kind"] == "published"
    assert notice["model"]["name"] == "Atelier"


async def test_a_draft_of_a_version_is_published_at_once_or_thrown_away(
    coop: Program, stranger: Program
) -> None:
    model = await coop.publish()
    body = a_model(model=model["id"], name="Autre titre")
    path = f"/drafts/{(await coop.post('/drafts', body)).told(201)['id']}"
    again = f"/drafts/{(await coop.post('/drafts', body)).told(201)['id']}"
    moved = await coop.call("PUT", path, a_model())
    assert moved.is_problem(422)
    assert (await stranger.get(path)).is_problem(401)
    made = (await coop.post(f"{path}/publish", {})).told(201)
    assert (made["id"], made["version"]["number"]) == (model["id"], 2)
    assert (await coop.post(f"{again}/publish", {})).is_problem(409)
    assert (await coop.delete(again)).status == 204
    assert (await coop.delete(again)).is_problem(404)
    assert (await coop.post("/drafts", a_model(model="1"))).is_problem(404)
