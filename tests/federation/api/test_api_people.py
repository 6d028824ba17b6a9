"""A program invites members and imports a list of organisations."""

from sqlalchemy import update
from together.program import Program, must_fit
from together.street import Street

from actors.rules.permissions import Office
from actors.rules.secrets import digest
from actors.tables.access import Token
from actors.verbs import signing_in


async def test_a_program_invites_imports_and_takes_back(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    anna = await alpha.member("anna@example.org", coop)
    us = Program(alpha, coop, await alpha.token(anna, coop))
    made = (await us.post("/invitations", {"role": "editor", "name": "Bea", "days": 1})).told(201)
    must_fit(made, "Invitation")
    assert made["link"].startswith("https://alpha.test/invitation/")
    assert made["letter"] == "none"
    found = (await us.get("/invitations")).told(200)
    must_fit(found, "Invitations")
    assert [one["id"] for one in found["items"]] == [made["id"]]
    assert (await us.delete(f"/invitations/{made['id']}")).status == 204
    assert (await us.delete(f"/invitations/{made['id']}")).is_problem(404)
    for body, field in (
        ({"role": "queen"}, "role"),
        ({"role": "editor", "days": 3}, "lasts"),
        ({"role": "editor", "email": "no address"}, "email"),
    ):
        reply = await us.post("/invitations", body)
        assert reply.is_problem(422)
        assert field in reply.errors
    known = (await us.get("/members")).told(200)
    must_fit(known, "Members")
    me = known["items"][0]
    path = f"/members/{me['id']}"
    assert (await us.call("PUT", path, {"role": "reader"})).is_problem(409)
    assert (await us.delete(path)).is_problem(409)
    bea = await alpha.member("bea@example.org", us.actor, Office.READER)
    reply = await us.call("PUT", f"/members/{bea.id}", {"role": "editor"})
    assert reply.told(200)["role"] == "editor"
    assert (await us.delete(f"/members/{bea.id}")).status == 204
    assert (await us.post("/rosters", {"list": "Nom;Courriel\n"})).is_problem(403)

    olga = await alpha.member("olga@example.org", alpha.network)
    network = Program(alpha, alpha.network, await alpha.token(olga, alpha.network))
    wanted = {"list": "Name,E-mail\nVelo,velo@example.org\n,x\n", "name": "Members"}
    looked = (await network.post("/rosters/preview", wanted)).told(200)
    must_fit(looked, "RosterPreview")
    assert (looked["fit"], len(looked["rows"])) == (1, 2)
    assert (await network.get("/rosters")).told(200)["items"] == []
    kept = (await network.post("/rosters", wanted)).told(201)
    must_fit(kept, "Roster")
    path = f"/rosters/{kept['id']}"
    assert (await network.post(f"{path}/invite", None)).told(200)["unasked"] == 0
    entries = (await network.get(f"{path}/entries")).told(200)
    must_fit(entries, "Entries")
    assert entries["items"][0]["state"] == "asked"
    assert entries["items"][0]["link"].startswith("https://alpha.test/claim/")
    must_fit((await network.get("/rosters")).told(200), "Rosters")
    assert (await network.delete(path)).status == 204
    assert (await network.get(f"{path}/entries")).is_problem(404)

    async with alpha.begin() as session:
        app, _ = await signing_in.register_app(
            session, alpha.site, name="App", redirect_uris=[], scopes="write"
        )
        token = await signing_in.create_token(session, alpha.site, olga, alpha.network, "write")
        await session.execute(
            update(Token).where(Token.secret == digest(token)).values(app_id=app.id)
        )
    lent = Program(alpha, alpha.network, token)
    assert (await lent.post("/invitations", {"role": "steward"})).is_problem(403)
