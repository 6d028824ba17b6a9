"""XML: what feed readers and search engines are given; nothing is ever read from it here."""

from xml.etree import ElementTree as ET  # only written, never read

from aiohttp import web

from activitypub.lettering import for_xml


def answer(root: ET.Element, content_type: str, *, fresh_for: int) -> web.Response:
    """A document that readers and caches may keep for so many seconds.

    What no XML may hold is left out, whoever wrote it: one title would make the whole unreadable.
    """
    for one in root.iter():
        one.text = for_xml(one.text) if one.text else one.text
        one.attrib = {name: for_xml(value) for name, value in one.attrib.items()}
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    response = web.Response(body=body, content_type=content_type, charset="utf-8")
    response.headers["Cache-Control"] = f"public, max-age={fresh_for}"
    return response
