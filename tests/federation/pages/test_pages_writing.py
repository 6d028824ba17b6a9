"""Writing with forms alone: publish, edit, rearrange, translate, delete; and never lose a word."""

from together.reader import Reader
from together.street import PASSWORD, House

from actors.rules.sections import Sheet
from actors.views import history

FILLED = {
    "name__en": "Repair café",
    "summary__en": "People mend things together.",
    "s0__name__en": "Why",
    "s0__text__en": "Things are thrown away.",
    "s1__name__en": "What it brings",
    "s1__text__en": "Skills, and **less waste**.",
    "s2__name__en": "How",
    "s2__text__en": "1. Find a room",
    "unfinished": "yes",
}


async def sheet_of(alpha: House, slug: str) -> Sheet:
    async with alpha.read() as session:
        model = await history.model_by_slug(session, slug)
        assert model is not None
        return history.sheet(await history.head(session, model))


async def write(anna: Reader, **further: str) -> str:
    await anna.go("/write")
    await anna.press("Publish", **(FILLED | further))
    assert anna.status == 200, anna.faults
    return anna.path.rpartition("/")[2]


async def test_a_model_is_published_with_a_form(alpha: House, anna: Reader) -> None:
    slug = await write(anna, family="hardware", territory="fr, ith5", note="First try")
    assert slug == "repair-cafe"
    assert "Your model is published." in anna.text
    sheet = await sheet_of(alpha, slug)
    assert [section.key for section in sheet.sections] == ["why", "what-it-brings", "how"]
    assert sheet.sections[1].texts == {"en": "Skills, and **less waste**."}
    assert sheet.facts == {
        "family": "hardware",
        "territory": [
            "http://data.europa.eu/nuts/code/FR",
            "http://data.europa.eu/nuts/code/ITH5",
        ],
    }
    assert "Italy (ITH5)" in anna.text


async def test_all_faults_are_shown_at_once_beside_their_fields(anna: Reader) -> None:
    await anna.go("/write")
    await anna.press("Publish", s0__text__en="kept as typed", summary__en="x" * 301)
    assert anna.status == 422
    summary = anna.page.find_class("problem")[0]
    assert len(summary.findall(".//li")) >= 5
    assert "Error: This is 301 characters long; at most 300 are allowed." in anna.faults
    assert "Error: A name in the source language is missing." in anna.faults
    assert "kept as typed" in anna.text
    for link in summary.xpath(".//a/@href"):
        assert anna.page.xpath(f"//*[@id='{link[1:]}']"), link


async def test_an_unfinished_model_is_published_knowingly_and_says_so(anna: Reader) -> None:
    await anna.go("/write")
    await anna.press("Publish", **(FILLED | {"unfinished": None}))
    assert anna.status == 422
    assert anna.faults.count("Error: A mandatory section is missing.") == 3
    await anna.press("Preview")
    assert "Could a stranger start from this?" in anna.text
    await anna.press("Publish", unfinished="yes")
    assert anna.status == 200, anna.faults
    assert "Not yet: it is unfinished. This is missing: Steps Costs and financing" in anna.text
    missing = {f"s{place}__text__en": "Written." for place in (3, 4, 5)}
    named = {f"s{place}__name__en": f"Part {place}" for place in (3, 4, 5)}
    await anna.go("/write")
    await anna.press("Publish", **(FILLED | missing | named | {"unfinished": None}))
    assert "Yes: every section that a stranger needs first is there." in anna.text


async def test_faults_are_told_in_french(anna: Reader) -> None:
    anna.language = "fr"
    await anna.go("/write")
    await anna.press("Publier", summary__fr="x" * 301)
    assert "Erreur : Ce texte compte 301 signes ; 300 au plus sont permis." in [
        one.replace("\xa0", " ") for one in anna.faults
    ]


async def test_sections_are_added_moved_and_removed_without_losing_words(anna: Reader) -> None:
    await anna.go("/write")
    await anna.press("Add a section", **FILLED)
    assert len(anna.page.xpath("//input[@name='section']")) == 7
    await anna.press("Move up: How", s6__name__en="Fourth", s6__text__en="Four.")
    names = anna.page.xpath("//input[starts-with(@name, 's') and contains(@name, '.name.')]/@value")
    names = [name for name in names if name]
    assert names == ["Why", "How", "What it brings", "Fourth"]
    await anna.press("Remove: Why")
    names = anna.page.xpath("//input[starts-with(@name, 's') and contains(@name, '.name.')]/@value")
    names = [name for name in names if name]
    assert names == ["How", "What it brings", "Fourth"]
    await anna.press("Move down: How")
    assert "Skills, and **less waste**." in anna.text
    assert "1. Find a room" in anna.text
    await anna.press("Publish")
    assert [one.text_content() for one in anna.page.xpath("//section/header/h2")] == [
        "What it brings",
        "How",
        "Fourth",
    ]


async def test_a_preview_publishes_nothing(alpha: House, anna: Reader) -> None:
    await anna.go("/write")
    await anna.press("Preview", **FILLED)
    assert "Nothing is published yet." in anna.text
    assert anna.page.xpath("//section[@id='preview-why']")
    assert anna.page.xpath("//strong[text()='less waste']")
    await anna.go("/directory")
    assert "Nothing was found here." in anna.text
    assert alpha.street.mail == []


async def test_the_language_may_be_chosen_after_typing(alpha: House, anna: Reader) -> None:
    await anna.go("/write")
    await anna.press("Publish", **FILLED, language="it")
    slug = anna.path.rpartition("/")[2]
    sheet = await sheet_of(alpha, slug)
    assert sheet.language == "it"
    assert sheet.names == {"it": "Repair café"}
    assert sheet.sections[0].texts == {"it": "Things are thrown away."}


async def test_a_translation_is_tracked_and_becomes_late(alpha: House, anna: Reader) -> None:
    slug = await write(anna)
    await anna.follow("Edit")
    await anna.press_exactly("Add", **{"new-language": "fr"})
    await anna.press(
        "Publish the new version",
        **{
            "s0__name__fr": "Pourquoi",
            "s0__text__fr": "On jette trop.",
            "name__fr": "Café réparation",
        },
    )
    assert anna.status == 200, anna.faults
    section = (await sheet_of(alpha, slug)).sections[0]
    assert section.translated_from == {"fr": section.digests["en"]}

    await anna.follow("Edit")
    await anna.press("Publish the new version", s0__text__en="Far too much is thrown away.")
    await anna.go(f"/m/{slug}?text=fr")
    assert "it may be out of date" in anna.text

    await anna.go(f"/m/{slug}/edit")
    assert anna.page.xpath("//select[@name='s0.kind.fr']/option[@selected]/@value") == ["stale"]
    await anna.press(
        "Publish the new version", s0__text__fr="On jette beaucoup trop.", s0__kind__fr="fresh"
    )
    await anna.go(f"/m/{slug}?text=fr")
    assert "it may be out of date" not in anna.text
    await anna.go(f"/m/{slug}/edit")
    await anna.press("Leave out the texts in French")
    await anna.press("Publish the new version")
    assert (await sheet_of(alpha, slug)).languages == ("en",)


async def test_what_has_not_changed_is_not_published_again(anna: Reader) -> None:
    await write(anna)
    await anna.follow("Edit")
    await anna.press("Publish the new version")
    assert anna.status == 422
    assert "Nothing has changed since the newest version." in anna.text


async def test_two_editors_never_overwrite_each_other_unseen(alpha: House, anna: Reader) -> None:
    slug = await write(anna)
    await anna.go(f"/m/{slug}/edit")
    first = anna.html
    await anna.press("Publish the new version", s0__text__en="Anna's words.")
    anna.html, anna.address = first, alpha.url(f"/m/{slug}/edit")
    await anna.press("Publish the new version", s0__text__en="Berta's words.")
    assert anna.status == 422
    assert "Somebody published another version" in anna.text
    assert "Berta's words." in anna.text
    assert anna.page.xpath("//a[contains(@href, '/compare?from=1')]")
    await anna.press("Publish the new version")
    assert (await sheet_of(alpha, slug)).sections[0].texts["en"] == "Berta's words."


async def test_words_survive_a_session_that_ends_while_writing(anna: Reader) -> None:
    await anna.go("/write")
    form, address = anna.html, anna.address
    await anna.press("Sign out")
    anna.html, anna.address = form, address
    await anna.press("Publish", **FILLED)
    assert anna.status == 422
    assert "You are signed out, and nothing is lost." in anna.text
    assert "Things are thrown away." in anna.text
    kept, address = anna.html, anna.address
    await anna.go("/sign-in")
    await anna.press("Sign in", email="anna@example.org", password=PASSWORD)
    anna.html, anna.address = kept, address
    await anna.press("Publish")
    assert "Your session has changed" in anna.text
    await anna.press("Publish")
    assert anna.heading == "Repair café"


async def test_only_its_organisation_edits_or_deletes_a_model(alpha: House, anna: Reader) -> None:
    other = await alpha.organisation("others")
    slug = (await alpha.publish(other)).slug
    for path in ("edit", "delete", "merge"):
        await anna.go(f"/m/{slug}/{path}")
        assert anna.status == 403


async def test_deleting_asks_twice_and_then_forgets(alpha: House, anna: Reader) -> None:
    slug = await write(anna)
    await anna.follow("Delete this model")
    await anna.press("Delete for good")
    assert anna.status == 422
    assert anna.faults == ["Error: Please tick the box if you really want to delete."]
    await anna.press("Delete for good", understood="yes")
    assert anna.path == "/space"
    assert "The model is deleted." in anna.text
    await anna.go(f"/m/{slug}")
    assert anna.status == 410


async def test_a_reply_is_published_and_shown_below_the_model(alpha: House, anna: Reader) -> None:
    slug = await write(anna)
    await anna.press("Send the reply", text="A **good** start.", language="en")
    assert anna.path == f"/m/{slug}"
    assert "Your reply is published." in anna.text
    assert anna.page.xpath("//article[@class='remark']//strong[text()='good']")
    link = anna.page.xpath("//article[@class='remark']//time/parent::a/@href")[0]
    await anna.go(link)
    assert anna.heading == "Conversation"
    await anna.press("Send the reply", text=" ")
    assert anna.status == 422
    assert anna.faults


async def test_a_reply_survives_a_session_that_ends_while_writing(anna: Reader) -> None:
    slug = await write(anna)
    form, address = anna.html, anna.address
    await anna.press("Sign out")
    anna.html, anna.address = form, address
    await anna.press("Send the reply", text="Typed with care")
    assert anna.status == 422
    assert "You are signed out, and nothing is lost." in anna.text
    kept, address = anna.html, anna.address
    await anna.sign_in("anna@example.org")
    anna.html, anna.address = kept, address
    await anna.press("Send the reply")
    await anna.press("Send the reply")
    assert anna.path == f"/m/{slug}"
    assert "Typed with care" in anna.text


async def test_facts_are_found_by_words_and_shown_to_readers(alpha: House, anna: Reader) -> None:
    await anna.go("/write")
    wrong = {"c0__least": "5 000", "c0__most": "10", "c0__currency": "ZZZ", "c0__year": "soon"}
    words = {
        "territory": "fr, Bologna, Rhein",
        "legalFormIn": "FR association declaree",
        "sdg": "zzz",
    }
    await anna.press("Publish", **FILLED, **wrong, **words)
    assert anna.status == 422
    assert len(anna.page.xpath("//div[@role='alert']//li")) == 6
    assert "No code was found for these words." in anna.text
    boxes = anna.page.xpath("//input[@name='territory.pick']/@value")
    assert "DEB" in boxes
    await anna.press(
        "Look the words up",
        territory__pick="DEB",
        legalFormIn__pick="BEWI",
        sdg="12",
        economicActivity="95",
        resourceLicense="agpl-3.0-or-later",
        mark="Ask first.",
        maturity="Proven",
        c0__most="10 000,50",
        c0__currency="eur",
        c0__year="2024",
    )
    assert anna.page.xpath("//input[@name='territory']/@value") == ["fr, ITH55, DEB"]
    await anna.press("Publish")
    assert anna.status == 200, anna.faults
    for told in (
        "Bologna, Italy (ITH55)",
        "Association déclarée (France, BEWI)",
        "GNU Affero General Public License v3.0 or later (AGPL-3.0-or-later)",
        "To start: 5,000 – 10,000.5 EUR (2024)",
        "Responsible consumption and production (12)",
        "Ask first.",
    ):
        assert told in anna.text, told
    sheet = await sheet_of(alpha, "repair-cafe")
    assert sheet.facts["legalFormIn"] == ["https://rdf.gleif.org/EntityLegalForm/ELF-BEWI"]
    assert sheet.facts["cost"] == [
        {
            "type": "MonetaryAmount",
            "costKind": "ess:Start",
            "currency": "EUR",
            "minValue": 5000,
            "maxValue": 10000.5,
            "observedOn": "2024",
        }
    ]
    await anna.follow("Edit")
    await anna.press("Publish the new version", s0__text__en="Too much is thrown away.")
    assert (await sheet_of(alpha, "repair-cafe")).facts == sheet.facts
