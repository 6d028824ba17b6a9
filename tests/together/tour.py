"""A tour: an instance with something of everything on it, and the address of each of its pages.

What a page looks like when it is empty, refused or gone is part of the tour.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from together.reader import Reader, reading
from together.street import House, Street, a_sheet

from actors.rules import rosters
from actors.rules.permissions import Office
from actors.tables.actor import Actor
from actors.verbs import inviting, linking, remarking, rostering, signing_in, ticketing
from actors.verbs.inviting import Guest
from actors.verbs.ticketing import Purpose
from actors.views import access, history, members, permits, profiles
from actors.views.paging import Page

ANNA, BRUNO, OLGA = "anna@example.org", "bruno@example.org", "olga@example.org"
"""Anna wrote the source; Bruno adapts it, from an organisation of his own; Olga tends the site."""

LONG_WORD = "Réparationscoopérativesinternationales" * 3


@dataclass(frozen=True)
class Tour:
    """Something of everything.

    Attributes:
        whose: paths, by the address of whoever looks at them; None is nobody who is signed in.
    """

    whose: dict[str | None, list[str]]


async def tour(street: Street, alpha: House) -> Tour:
    """Let Anna, Bruno and Olga do everything once, and say where one sees it.

    Args:
        street: where the instance stands.
        alpha: it has `coop`, for which Anna acts.
    """
    rete = await alpha.organisation("rete", "Rete")
    await alpha.member(BRUNO, rete)
    await alpha.member(OLGA, alpha.network, Office.STEWARD)
    coop = await alpha.actor("coop")
    async with (
        reading(alpha, street) as anybody,
        reading(alpha, street) as anna,
        reading(alpha, street) as bruno,
        reading(alpha, street) as olga,
    ):
        await anna.sign_in(ANNA)
        await bruno.sign_in(BRUNO)
        await olga.sign_in(OLGA)
        source = str((await alpha.publish(coop, a_sheet(text=f"On répare. {LONG_WORD}"))).slug)
        fork = await _adapts(bruno, source)
        proposal = await _proposes(bruno, source)
        await street.settle()
        await anna.go(f"/m/{source}/edit")
        await anna.press("Publish the new version", s1__text__fr=f"Tout a changé. `{LONG_WORD}`")
        assert anna.status == 200, anna.faults
        record = await _records(bruno, source)
        remark = await _says(alpha, source)
        statement = await _confirms(anna, record)
        draft = await _drafts(bruno)
        await bruno.go(f"/remarks/{remark}")
        await bruno.follow("Report to the stewards")
        report = bruno.address.removeprefix(alpha.origin)
        await bruno.press("Send the report", comment=f"Impoli. {LONG_WORD}")
        await olga.go("/commons")
        await olga.press("Open it", handle="repair", name="Repair cafés")
        assert olga.status == 200, olga.faults
        terms = await _presents(olga)
        await street.settle()
        await anybody.go(f"/m/{fork}/kept")
        await anybody.follow("Version 1")
        kept = anybody.path
    asked = await _consent(alpha)
    app = await _allows(alpha)
    links, roster = await _comes_in(alpha)
    model, adapted = f"/m/{source}", f"/m/{fork}"
    anybody_sees = [
        *("/", "/about", "/about/privacy", "/about/terms", "/how-it-works", "/organisations"),
        *("/directory", "/directory?q=nothing+of+the+kind"),
        *("/commons", "/@coop", "/@repair", "/tags/reparation", "/sign-in", "/nowhere", "/write"),
        *(model, f"{model}/versions", f"{model}/versions/1"),
        *(f"/models/{source}", f"/models/{source}/versions/1", "/actors/coop", statement),
        *(f"{model}/compare?from=1", f"{adapted}/compare?with={source}", f"{model}/adaptations"),
        *(f"{model}/lineage", f"{adapted}/siblings", f"{adapted}/kept", kept),
        *(f"{model}/proposals", f"{model}/translations", f"{model}/records", record),
        *(proposal, f"/remarks/{remark}", f"/remarks/{remark}/quotes", f"{model}/glossary"),
        "/from-elsewhere?" + urlencode({"uri": alpha.url(model)}),
        *("/recover", *links),
    ]
    bruno_sees = [
        *("/", "/acting", "/space", "/notices", "/closing", "/moving", "/pictures", "/blocks"),
        *("/write", f"/drafts/{draft}", f"/drafts/{draft}/media", "/bring"),
        *("/glossary", "/archives"),
        *(model, f"{model}/fork", f"{model}/propose", f"{model}/record", f"{adapted}/edit"),
        *(adapted, f"{adapted}/media", f"{adapted}/delete", f"{adapted}/workspace"),
        *(f"{adapted}/merge", f"{adapted}/versions/1/restore", f"{adapted}/translations"),
        *(f"{adapted}/translations/it", f"{adapted}/glossary", "/proposals?side=sent", proposal),
        *(record, f"{record}/add", f"/remarks/{remark}", report, asked, "/@repair", "/apps"),
        *("/settings", "/members", "/profile", "/conversations"),
    ]
    anna_sees = [
        *("/apps", f"/apps/{app}"),
        *("/space", "/notices", "/proposals", proposal, f"{record}/attest"),
        *(f"/remarks/{remark}/edit", f"/remarks/{remark}/delete", f"/remarks/{remark}/quotes"),
    ]
    olga_sees = ["/mail", "/reports", "/blocks", "/@repair", "/@repair/charter", "/space"]
    olga_sees += ["/look", "/about/edit", "/about/rules/edit?in=it", "/about/contact/edit?in=de"]
    olga_sees += [
        "/about/terms/versions",
        terms,
        "/members",
        "/members/import",
        roster,
        "/settings",
    ]
    whose = {None: anybody_sees, ANNA: anna_sees, BRUNO: bruno_sees, OLGA: olga_sees}
    return Tour(whose)


async def _presents(olga: Reader) -> str:
    """The address of one version of a page of the network."""
    for text in (f"Servez-vous. {LONG_WORD}", f"Servez-vous bien. {LONG_WORD}"):
        await olga.go("/about/terms/edit?in=fr")
        await olga.press("Publish this page", text=text)
    await olga.go("/about/rules/edit?in=fr")
    await olga.press("Publish the rules", rule__0=f"Restons polis. {LONG_WORD}")
    assert olga.status == 200, olga.faults
    await olga.go("/about/terms/versions")
    return str(olga.page.xpath("//ol/li[last()]/a/@href")[0])


async def _adapts(bruno: Reader, source: str) -> str:
    await bruno.go(f"/m/{source}/fork")
    await bruno.press("Start the adaptation", kind="variant", language="it")
    fork = bruno.path.split("/")[2]
    await bruno.follow("Open the whole form")
    own = {"s1__text__it": "Una sala.", "s1__kind__it": "own", "s1__reason": "Cost"}
    await bruno.press("Publish the new version", name__it="Officina di riparazione", **own)
    assert bruno.status == 200, bruno.faults
    return fork


async def _proposes(bruno: Reader, source: str) -> str:
    await bruno.go(f"/m/{source}/propose")
    await bruno.press("Send the proposal", take__costs="1", message=f"Essayez. {LONG_WORD}")
    return bruno.path


async def _records(bruno: Reader, source: str) -> str:
    await bruno.go(f"/m/{source}/record")
    summary = "People mend things together, every Saturday."
    when = {"stage": "Pilot", "since": "2026-01-05", "reason": "A room for six months"}
    await bruno.press(
        "Publish the record", name="Atelier", summary=summary, territory="ITH5", **when
    )
    assert bruno.status == 200, bruno.faults
    return bruno.path


async def _confirms(anna: Reader, record: str) -> str:
    await anna.go(f"{record}/attest")
    await anna.press("Publish your statement", verdict="Confirmed", content="I was there.")
    assert anna.status == 200, anna.faults
    (taking_back,) = anna.page.xpath("//form[contains(@action, '/attestations/')]/@action")
    return str(taking_back).removesuffix("/revoke")


async def _says(alpha: House, source: str) -> int:
    async with alpha.begin() as session:
        model = await history.model_by_slug(session, source)
        assert model is not None
        coop = await session.get_one(Actor, model.actor_id)
        said = await remarking.remark(
            session, alpha.site, coop, text=f"Bravo {LONG_WORD} #reparation", in_reply_to=model
        )
        return said.id


async def _drafts(bruno: Reader) -> str:
    await bruno.go("/write")
    await bruno.press("Save as a draft", name__en="Repair café", s0__text__en="Things go.")
    return bruno.path.rsplit("/", 1)[1]


async def _allows(alpha: House) -> int:
    """Anna has let a program act for her organisation: its number."""
    async with alpha.begin() as session:
        member = await access.member_by_email(session, ANNA)
        assert member is not None
        acting = await access.acting(session, member, "coop")
        await signing_in.create_token(
            session, alpha.site, member, acting.organisation, "read:statuses write push"
        )
        [permit] = await permits.of(session, acting, Page(limit=1))
        return permit.token.id


async def _comes_in(alpha: House) -> tuple[list[str], str]:
    """Somebody is invited, a list imported, a password forgotten: their links, and the list."""
    async with alpha.begin() as session:
        coop = await profiles.by_handle(session, "coop")
        anna = await access.member_by_email(session, ANNA)
        assert coop is not None
        guest = Guest(Office.EDITOR, "bea@example.org", f"Bea {LONG_WORD}")
        invited = await inviting.invite(session, alpha.site, coop, guest, by=anna, by_letter=False)
        rows = rosters.read(f"name,email\nPain {LONG_WORD[:90]},p@example.org\n", locale="fr").rows
        kept = await rostering.take_in(session, alpha.site, rows, name="Membres", by=None)
        await rostering.send(session, alpha.site, kept.id, by_letter=False)
        (entry,) = await members.entries(session, kept)
        _, lost = await ticketing.issue(session, alpha.site, Purpose.RECOVER, anna)
        _, new = await ticketing.issue(
            session, alpha.site, Purpose.ADDRESS, anna, email="anna@neu.example"
        )
        _, opening = await ticketing.issue(session, alpha.site, Purpose.OPEN)
        links = [
            f"/invitation/{linking.shown_again(session, invited)}",
            f"/claim/{linking.shown_again(session, entry)}",
            *(f"/recover/{lost}", f"/settings/address/{new}", f"/open/{opening}"),
        ]
    return links, f"/members/lists/{kept.id}"


async def _consent(alpha: House) -> str:
    async with alpha.begin() as session:
        app, _ = await signing_in.register_app(
            session,
            alpha.site,
            name=f"App {LONG_WORD}",
            redirect_uris=["https://app.example/back"],
            scopes="read write",
        )
    asked = {"client_id": app.client_id, "response_type": "code", "scope": "read write"}
    return "/oauth/authorize?" + urlencode(asked | {"redirect_uri": "https://app.example/back"})
