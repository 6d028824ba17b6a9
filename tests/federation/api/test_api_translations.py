"""Translations and glossaries by programs: prepared, warned, confirmed, published."""

from together.program import Program, a_program, must_fit

from actors.rules.permissions import Office


async def test_a_language_is_prepared_and_published(coop: Program, stranger: Program) -> None:
    model = await coop.publish()
    path = f"/models/{model['id']}/translations"
    languages = (await stranger.get(path)).told(200)
    must_fit(languages, "Languages")
    (english,) = languages["items"]
    assert (english["language"], english["sections"], english["fresh"]) == ("en", 3, 1)

    work = (await coop.get(f"{path}/it")).told(200)
    must_fit(work, "Translation")
    assert (work["done"], work["sections"], work["prepared"]) == (0, 3, 0)
    title, billing = work["units"][:2]
    assert (title["section"], billing["section"]) == (".title", "billing")
    assert billing["source"]["text"] == "La donnée est facturée.\n\nSans forfait."

    one = f"{path}/it/sections/billing"
    saved = await coop.call("PUT", one, {"text": "Si paga.", "seen": billing["standing"]})
    must_fit(saved.told(200), "Translation")
    crossed = await coop.call("PUT", one, {"text": "Altro.", "seen": billing["standing"]})
    assert crossed.is_problem(409)
    assert crossed.value["keys"] == ["billing"]
    again = (await coop.get(f"{path}/it")).told(200)["units"][1]
    assert again["prepared"]["text"] == "Si paga."
    long = await coop.call("PUT", one, {"text": "x" * 50_001})
    assert long.is_problem(422)
    assert set(long.errors) == {"text"}
    assert (await coop.call("PUT", f"{path}/it/sections/none", {"text": "x"})).is_problem(422)
    assert (await coop.call("PUT", f"{path}/fr/sections/billing", {"text": "x"})).is_problem(422)
    assert (await coop.get(f"{path}/nothing!")).is_problem(404)
    wrong = await coop.post(f"{path}/it/confirm", {"sections": ["none"]})
    assert wrong.is_problem(422)

    heading = {"name": "Operatore", "text": "Un operatore."}
    (await coop.call("PUT", f"{path}/it/sections/.title", heading)).told(200)
    (await coop.call("PUT", f"{path}/it/sections/.title", {**heading, "text": "Uno."})).told(200)
    published = await coop.post(f"{path}/it/publish", {"note": "In italiano."})
    newest = published.told(201)
    must_fit(newest, "Model")
    assert published.headers["Location"].endswith("/versions/2")
    assert newest["names"]["it"] == "Operatore"
    assert newest["summaries"]["it"] == "Uno."
    assert newest["sections"][0]["text"]["it"] == "Si paga."
    assert (await coop.post(f"{path}/it/publish", {})).is_problem(404)
    assert (await coop.post(f"{path}/take", {})).is_problem(404)


async def test_a_change_of_the_source_is_told_word_by_word_and_confirmed(coop: Program) -> None:
    model = await coop.publish()
    path = f"/models/{model['id']}"
    sections = [
        {name: one[name] for name in ("key", "role", "adaptability")}
        | {"name": one["name"], "text": dict(one["text"])}
        for one in model["sections"]
    ]
    sections[0]["text"]["fr"] = "La donnée est facturée.\n\nSans engagement."
    sections[0]["translatedFrom"] = model["sections"][0]["translatedFrom"]
    body = {name: model[name] for name in ("language", "license", "name", "summary")}
    body["sections"] = sections
    (await coop.post(f"{path}/versions", body)).told(201)
    unit = (await coop.get(f"{path}/translations/en")).told(200)["units"][1]
    assert unit["state"] == "stale"
    assert {"op": "removed", "text": "forfait"} in unit["changed"]["words"]
    assert unit["changed"]["at"]
    confirmed = await coop.post(f"{path}/translations/en/confirm", {"sections": ["billing"]})
    assert confirmed.told(200)["units"][1]["needsWork"] is False
    (await coop.delete(f"{path}/translations/en/sections/billing")).told(204)
    assert (await coop.get(f"{path}/translations/en")).told(200)["units"][1]["needsWork"] is True
    (await coop.post(f"{path}/translations/en/confirm", {"sections": ["billing"]})).told(200)
    newest = (await coop.post(f"{path}/translations/en/publish", {})).told(201)
    assert newest["sections"][0]["text"]["en"] == "Data is billed."
    assert newest["sections"][0]["stale"] == []


async def test_a_glossary_is_kept_and_written_into_the_sheet(coop: Program) -> None:
    model = await coop.publish()
    word = {"term": "donnée", "language": "fr", "equivalent": "dato", "equivalentLanguage": "it"}
    made = (await coop.post("/glossary", word)).told(201)
    must_fit(made, "Glossary")
    (entry,) = made["items"]
    one = f"/glossary/{entry['id']}"
    changed = (await coop.call("PUT", one, {**word, "note": "Femminile in francese."})).told(200)
    must_fit(changed, "GlossaryEntry")
    wrong = await coop.post("/glossary", {**word, "equivalentLanguage": "fr"})
    assert set(wrong.errors) == {"equivalentLanguage"}
    table = await coop.post("/glossary/import", {"csv": "a;fr;b;it\nc;fr"})
    assert set(table.errors) == {"csv.line 2"}
    imported = await coop.post("/glossary/import", {"csv": "forfait;fr;abbonamento;it"})
    assert len(imported.told(201)["items"]) == 2
    work = (await coop.get(f"/models/{model['id']}/translations/it")).told(200)
    assert [one["equivalent"] for one in work["units"][1]["words"]] == ["dato", "abbonamento"]
    assert (await coop.call("PUT", one, {**word, "term": "Forfait"})).is_problem(409)
    (await coop.delete(one)).told(204)
    assert (await coop.delete(one)).is_problem(404)

    own = f"/models/{model['id']}/glossary"
    assert (await coop.post(f"{own}/publish", {})).is_problem(404)
    (await coop.post(own, {**word, "equivalent": "data", "equivalentLanguage": "en"})).told(201)
    written = (await coop.post(f"{own}/publish", {"name": "Glossaire"})).told(201)
    section = written["sections"][-1]
    assert (section["role"], section["name"]) == ("Glossary", {"fr": "Glossaire"})
    assert section["text"] == {
        "fr": "- **donnée**: data (en)",
        "en": "- **data**: donnée (fr)",
    }
    assert (await coop.post(f"{own}/publish", {})).is_problem(409)


async def test_only_those_who_may_translate_or_publish_do(coop: Program) -> None:
    model = await coop.publish()
    house = coop.house
    path = f"/models/{model['id']}/translations/it"
    tokens = {}
    for office in (Office.TRANSLATOR, Office.READER):
        member = await house.member(f"{office}@example.org", coop.actor, office)
        tokens[office] = Program(house, coop.actor, await house.token(member, coop.actor))
    translator, reader = tokens[Office.TRANSLATOR], tokens[Office.READER]
    saved = await translator.call("PUT", f"{path}/sections/billing", {"text": "Si paga."})
    assert saved.told(200)["prepared"] == 1
    assert (await translator.post(f"{path}/publish", {})).is_problem(403)
    assert (await reader.get(path)).is_problem(403)
    assert (await reader.get("/glossary")).is_problem(403)
    other = await a_program(house, "other")
    assert (await other.get(path)).is_problem(403)
    assert (await other.get(f"/models/{model['id']}/glossary")).is_problem(403)
