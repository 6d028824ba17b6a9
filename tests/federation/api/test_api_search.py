"""Search by API: facets, sections, pages, concepts; what cannot be looked for is said."""

from together.program import Program, must_fit


async def test_a_search_finds_narrows_and_shows_where(coop: Program, stranger: Program) -> None:
    for number in range(3):
        await coop.publish(name=f"Laverie {number}", family="commons")
    await coop.publish(
        name={"it": "Ciclofficina"},
        language="it",
        family="hosting",
        maturity="Proven",
        territory=["ITC4"],
        themes=["ess:theme-bicycle"],
        sections=[
            {
                "key": "cosa",
                "role": "Value",
                "adaptability": "Core",
                "name": {"it": "Cosa si fa"},
                "text": {"it": "Ci si incontra il sabato per la riparazione di **biciclette**."},
            }
        ],
    )

    found = (await stranger.get("/search?q=v%C3%A9lo+r%C3%A9paration&territory=it")).value
    must_fit(found, "Search")
    (one,) = found["items"]
    assert one["model"]["name"] == "Ciclofficina"
    assert one["actor"]["handle"] == "coop@alpha.test"
    (extract,) = one["sections"]
    assert (extract["key"], extract["found"]) == ("cosa", "riparazione")
    assert extract["before"].endswith("per la ")
    assert found["facets"]["theme"] == [{"value": "bicycle", "count": 1}]
    assert found["facets"]["maturity"] == [{"value": "Proven", "count": 1}]
    assert found["feed"].startswith("https://alpha.test/directory.atom?q=")

    first = (await stranger.get("/search?q=laveries&limit=2")).value
    rest = (await coop.get(first["next"])).value
    names = [one["model"]["name"] for one in first["items"] + rest["items"]]
    assert names == ["Laverie 2", "Laverie 1", "Laverie 0"]
    assert (first["count"], first["hasMore"], rest["next"]) == (3, False, None)

    organisations = (await stranger.get("/search?kind=organisation&q=coop")).value
    must_fit(organisations, "Search")
    (one,) = organisations["items"]
    assert (one["actor"]["handle"], one["model"]) == ("coop@alpha.test", None)

    concepts = (await stranger.get("/concepts?q=fahrr")).value
    must_fit(concepts, "Concepts")
    assert [one["word"] for one in concepts["items"]] == ["bicycle", "delivery"]


async def test_what_cannot_be_searched_for_is_named(stranger: Program) -> None:
    for query, wrong in (
        ("q=" + "a" * 201, {"q"}),
        ("q=" + "+".join(f"mot{number}" for number in range(13)), {"q"}),
        ("kind=person&family=two+words", {"kind", "family"}),
        ("page=0", {"page"}),
        ("limit=81", {"limit"}),
    ):
        reply = await stranger.get(f"/search?{query}")
        assert reply.is_problem(422), query
        assert set(reply.errors) == wrong
    for harmless in ("q=%25", "q=%22%27%29+OR", "territory=..%2F..", "by=x"):
        found = await stranger.get(f"/search?{harmless}")
        assert found.told(200)["items"] == [], harmless
