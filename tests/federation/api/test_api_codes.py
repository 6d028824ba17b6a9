"""Code lists: what programs find by words, and in which language it is called."""

from together.program import Program, must_fit


async def test_codes_are_found_by_words_country_and_code(stranger: Program) -> None:
    known = (await stranger.get("/codes")).told(200)
    must_fit(known, "CodeLists")
    assert {one["name"] for one in known["items"]} >= {"territories", "legal-forms", "licences"}

    found = (await stranger.get("/codes/legal-forms?q=association&in=BE&language=fr")).told(200)
    must_fit(found, "Codes")
    assert "Association sans but lucratif (ASBL)" in {one["label"] for one in found["items"]}
    assert {one["in"] for one in found["items"]} == {"BE"}

    by_code = (await stranger.get("/codes/territories?q=ith5&language=fr")).told(200)["items"]
    assert by_code[0]["iri"] == "http://data.europa.eu/nuts/code/ITH5"
    assert by_code[0]["label"] == "Emilia-Romagna"

    french = (await stranger.get("/codes/goals?q=climate&language=fr")).told(200)["items"]
    assert french[0]["label"].startswith("Mesures relatives")
    assert (await stranger.get("/codes/territories?q=zzzzz")).told(200)["items"] == []


async def test_lists_that_do_not_exist_and_endless_words_are_refused(stranger: Program) -> None:
    assert (await stranger.get("/codes/colours")).is_problem(404)
    assert (await stranger.get("/codes/goals?q=" + "x" * 500)).is_problem(422)
