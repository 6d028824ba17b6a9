"""The form of a long adaptation shows what waits for its author, and folds the rest away."""

from dataclasses import replace

from together.reader import Reader
from together.street import House, a_sheet

BRUNO = "bruno@example.org"


async def test_sections_that_wait_for_nobody_are_folded_and_none_with_a_fault(
    alpha: House, reader: Reader
) -> None:
    await alpha.member(BRUNO, await alpha.organisation("rete", "Rete"))
    sheet = a_sheet()
    parts = [replace(sheet.sections[1], key=f"k{number}") for number in range(5)]
    source = await alpha.publish(await alpha.actor("coop"), sheet.with_sections(parts))
    await reader.sign_in(BRUNO)
    await reader.go(f"/m/{source.slug}/fork")
    await reader.press("Start the adaptation", kind="variant", language="it")
    slug = reader.path.split("/")[2]
    await reader.go(f"/m/{slug}/edit")
    assert opened(reader) == [True, False, False, False, False]
    assert reader.text.count("not yet in Italian") == 5

    # What is changed without a reason is at fault: it opens, beside the next that is missing.
    await reader.press("Publish the new version", s3__text__fr="Autrement.", s0__text__it="Ecco.")
    assert reader.status == 422
    assert opened(reader) == [True, True, False, True, False]
    assert reader.text.count("not yet in Italian") == 4


def opened(reader: Reader) -> list[bool]:
    """Which sections stand open."""
    folded = reader.page.xpath("//details[fieldset[@class='section']]")
    return [one.get("open") is not None for one in folded]
