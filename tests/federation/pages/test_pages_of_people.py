"""People come in, get in again, and keep their accounts: invitations, lists, recovery, sessions."""

from collections.abc import AsyncIterator

import pytest
from together.mailbox import Mailbox, mailbox
from together.reader import Reader, reading
from together.street import PASSWORD, House, Street

from actors.rules.permissions import Office
from actors.verbs import ticketing
from actors.verbs.ticketing import Purpose
from actors.views import access, members, profiles
from federation.settings import EmailSettings

NEW = "three words for bees"
LIST = """Nom;Courriel;Pays;Ville;Site web;Forme juridique;Couleur
L’Atelier vélo;velo@example.org;France;Lyon;velo.example;SCIC;bleu
Pain & Cie;pain@example.org;BE;Namur;;Boulangerie;
;x;Zz;;;;
""".replace("’", "'")


@pytest.fixture
async def post() -> AsyncIterator[Mailbox]:
    """A mail server."""
    async with mailbox() as box:
        yield box


@pytest.fixture
async def alpha(street: Street, post: Mailbox) -> House:
    """An instance that sends letters, with one organisation, for which Anna may act."""
    street.email = EmailSettings(
        server=f"127.0.0.1:{post.port}", security="none", sender="essaim@alpha.test"
    )
    (house,) = await street.open("alpha")
    coop = await house.organisation("coop", "Coopérative Alpha")
    await house.member("anna@example.org", coop)
    return house


@pytest.fixture
async def olga(alpha: House, street: Street) -> AsyncIterator[Reader]:
    """A steward of the network, signed in."""
    await alpha.member("olga@example.org", alpha.network)
    async with reading(alpha, street) as browser:
        yield await browser.sign_in("olga@example.org")


async def test_an_invitation_by_letter_is_accepted_once(
    street: Street, alpha: House, anna: Reader, post: Mailbox
) -> None:
    await anna.go("/members")
    assert anna.heading == "Members and roles"
    assert "The last steward cannot leave or change role." in anna.text
    await anna.press("Invite", email="not an address", office="editor")
    assert anna.faults == ["Error: This is not an e-mail address."]
    await anna.press("Invite", name="Bea", email="Bea@example.org", office="editor")
    assert "on its way by e-mail" in anna.text
    await street.settle()
    link = post.link("bea@example.org")
    await anna.go("/members")
    assert "Bea" in anna.text
    assert "e-mail sent" in anna.text
    async with reading(alpha, street) as bea:
        await bea.go(link)
        assert bea.heading == "You are invited to Coopérative Alpha"
        assert "You will be editor: publishes, adapts" in bea.text
        await bea.press("Accept", password="password123")
        assert "guessed first" in bea.faults[0]
        await bea.press("Accept", name="Bea", email="anna@example.org", password=NEW)
        assert "signs in with this address already" in bea.faults[0]
        await bea.press("Accept", email="bea@example.org", password=NEW)
        assert bea.path == "/space"
        assert bea.heading == "Coopérative Alpha"
        await bea.go("/members")
        assert "anna@example.org" not in bea.text
        await bea.go(link)
        assert bea.status == 410
        await anna.go("/members")
        await anna.press("Change the role", office="steward")  # hers comes last: the only one
        await bea.go("/members")
        assert "anna@example.org" in bea.text


async def test_the_last_steward_stays_and_others_may_go(alpha: House, anna: Reader) -> None:
    coop = await alpha.actor("coop")
    bea = await alpha.member("bea@example.org", coop, Office.EDITOR)
    await anna.go("/members")
    token = anna.page.xpath("//input[@name='token']/@value")[0]

    async def send(**fields: str) -> str:
        async with anna.session.post(
            alpha.url("/members"), data={"token": token, **fields}, headers={"Accept": "text/html"}
        ) as answer:
            return await answer.text()

    async with alpha.read() as session:
        me = await access.member_by_email(session, "anna@example.org")
    assert me is not None
    for fields in (
        {"do": "leave"},
        {"do": "dismiss", "member": str(me.id)},
        {"do": "appoint", "member": str(me.id), "office": "reader"},
        {"do": "appoint", "member": str(bea.id), "office": "queen"},
        {"do": "dismiss", "member": "7"},
    ):
        await send(**fields)
    async with alpha.read() as session:
        assert [one[1] for one in await members.of(session, coop)] == [
            Office.STEWARD,
            Office.EDITOR,
        ]
    await send(do="appoint", member=str(bea.id), office="steward")
    await anna.go("/members")
    await anna.press("Leave")
    assert anna.path == "/acting"
    await anna.go("/members")
    assert anna.path == "/acting"


async def test_who_is_no_steward_invites_nobody(alpha: House, reader: Reader) -> None:
    coop = await alpha.actor("coop")
    await alpha.member("ed@example.org", coop, Office.EDITOR)
    await reader.sign_in("ed@example.org")
    await reader.go("/members")
    assert "Invite somebody" not in reader.text
    token = reader.page.xpath("//input[@name='token']/@value")[0]
    for path, fields in (
        ("/members", {"do": "invite", "office": "steward"}),
        ("/members/import", {"do": "look", "list": LIST}),
        ("/members/lists/1", {"do": "undo"}),
    ):
        async with reader.session.post(alpha.url(path), data={"token": token, **fields}) as answer:
            assert answer.status == 403
    await reader.go("/members/import")
    assert reader.status == 403


async def test_a_list_is_looked_through_invited_and_claimed(
    street: Street, alpha: House, olga: Reader, post: Mailbox
) -> None:
    await olga.go("/members/import")
    await olga.attach("Look through it", b"Couleur;Taille\nbleu;3\n", do="look")
    assert "name and e-mail address are needed" in olga.faults[0]
    await olga.attach("Look through it", LIST.encode("latin-1"), do="look")
    assert "2 organisations can be taken in." in olga.text
    assert "Line 4: The name is missing. “x” is not an e-mail address." in olga.text
    assert "not understood and left out: Couleur." in olga.text
    async with alpha.read() as session:
        assert await members.rosters(session, alpha.site) == []
    await olga.press("Take in 2 organisations", name="Membres 2026")
    assert olga.heading == "Membres 2026"
    assert "nobody was told yet" in olga.text
    await street.settle()
    assert post.letters == []
    await olga.press("Invite those who have no link")
    await street.settle()
    assert [whom for whom, _ in post.letters] == ["velo@example.org", "pain@example.org"]
    async with alpha.read() as session:
        assert await profiles.by_handle(session, "l_atelier_velo") is None
    async with street.session.get(alpha.url("/actors/l_atelier_velo")) as answer:
        assert answer.status == 404
    async with reading(alpha, street) as vera:
        await vera.go(post.link("velo@example.org"))
        assert vera.heading == "Is this L'Atelier vélo?"
        assert "Country: France" in vera.text
        vera_facts = vera.page.xpath("//input[@name='fact']/@value")
        assert set(vera_facts) == {"areaServed", "essLegalForm", "address", "website"}
        await vera.press("Publish our page", name="", password=NEW)
        assert vera.faults == ["Error: Please fill this in."]
        await vera.press("Publish our page", name="Vera", summary="On répare.", password=NEW)
        assert vera.path == "/space"
        await vera.go("/@l_atelier_velo")
        assert "On répare." in vera.text
        assert "https://velo.example" in vera.text
        assert vera.page.xpath("//dd/a/@href") == ["https://velo.example"]
        await vera.go(post.link("velo@example.org"))
        assert vera.status == 404
        await vera.go(post.link("pain@example.org"))
        await vera.press("Decline and delete")
        assert "What was prepared is deleted." in vera.text
    await olga.go("/members/import")
    await olga.follow("Membres 2026")
    assert "2 organisations: 1 here, 0 waiting, 1 declined." in olga.text


async def test_a_list_is_taken_back(alpha: House, olga: Reader) -> None:
    await olga.go("/members/import")
    await olga.attach("Look through it", LIST.encode(), do="look")
    await olga.press("Take in 2 organisations")
    path = olga.path
    await olga.press("Take the list back")
    assert "What nobody had claimed is deleted." in olga.text
    await olga.go(path)
    assert olga.status == 404
    async with alpha.read() as session:
        assert await members.rosters(session, alpha.site) == []


async def test_a_forgotten_password_is_replaced_and_everything_is_signed_out(
    street: Street, alpha: House, anna: Reader, post: Mailbox
) -> None:
    async with reading(alpha, street) as other:
        said = []
        for email in ("anna@example.org", "nobody@example.org", "no address"):
            await other.go("/recover")
            await other.press("Send the link", email=email)
            said.append((other.status, other.text))
        assert said[0] == said[1] == said[2]
        await street.settle()
        assert [whom for whom, _ in post.letters] == ["anna@example.org"]
        link = post.link("anna@example.org")
        await other.go(link)
        await other.press("Use this password", password="Anna@example.org")
        assert "your own name or address" in other.faults[0]
        await other.press("Use this password", password=NEW)
        assert "You are signed out everywhere else." in other.text
        await other.go(link)
        assert other.status == 410
    await anna.go("/space")
    assert anna.path == "/sign-in"
    await anna.press("Sign in", email="anna@example.org", password=PASSWORD)
    assert anna.status == 422
    await anna.press("Sign in", email="anna@example.org", password=NEW)
    assert anna.path == "/space"
    await street.settle()
    assert "vient d’être changé" in post.to("anna@example.org")[-1]


async def test_a_link_of_recovery_ends_after_half_an_hour(
    street: Street, alpha: House, reader: Reader
) -> None:
    async with alpha.begin() as session:
        member = await access.member_by_email(session, "anna@example.org")
        _, secret = await ticketing.issue(session, alpha.site, Purpose.RECOVER, member)
        _, newer = await ticketing.issue(session, alpha.site, Purpose.RECOVER, member)
    await reader.go(f"/recover/{secret}")
    assert reader.status == 404
    await reader.go(f"/recover/{newer}")
    assert reader.status == 200
    street.clock.turn(minutes=30)
    await reader.go(f"/recover/{newer}")
    assert reader.status == 410


async def test_letters_about_forgotten_passwords_are_few_and_nobody_is_told(
    street: Street, alpha: House, reader: Reader, post: Mailbox
) -> None:
    for _ in range(5):
        await reader.go("/recover")
        await reader.press("Send the link", email="anna@example.org")
        assert "is on its way to it" in reader.text
    await street.settle()
    assert len(post.letters) == 3


async def test_a_letter_that_is_refused_for_now_is_sent_later_and_once(
    street: Street, alpha: House, anna: Reader, post: Mailbox
) -> None:
    post.refusal = "450 mailbox busy"
    await anna.go("/members")
    await anna.press("Invite", email="bea@example.org", office="reader")
    await street.settle()
    assert post.letters == []
    await anna.go("/members")
    assert "it is tried again" in anna.text
    post.refusal = ""
    await street.settle()
    assert post.letters == []
    street.clock.turn(minutes=2)
    await street.settle()
    await street.settle()
    assert len(post.letters) == 1
    post.refusal = "550 no such user"
    await anna.press("Invite", email="nemo@example.org", office="reader")
    await street.settle()
    await anna.go("/members")
    assert "The mail server does not know this address." in anna.text
    await anna.press("Withdraw")
    assert "The invitation is withdrawn." in anna.text


async def test_an_account_is_changed_and_its_sessions_ended(
    street: Street, alpha: House, anna: Reader, post: Mailbox
) -> None:
    async with reading(alpha, street) as other:
        await other.sign_in("anna@example.org")
        await anna.go("/settings")
        assert anna.text.count("Unknown device") == 2
        await anna.press("Sign out everywhere else")
        await other.go("/space")
        assert other.path == "/sign-in"
    await anna.press("Change the address", email="anna@neu.example", current="wrong")
    assert anna.faults == ["Error: This is not your password."]
    await anna.press("Change the address", email="anna@neu.example", current=PASSWORD)
    await street.settle()
    await anna.go(post.link("anna@neu.example"))
    assert "From now on you sign in with anna@neu.example." in anna.text
    await anna.press("Confirm")
    await street.settle()
    assert "une autre adresse sert à se connecter" in post.to("anna@example.org")[-1]
    await anna.go("/settings")
    await anna.press("Change the password", current=PASSWORD, password="short")
    assert anna.faults == ["Error: A password has at least 10 characters."]
    await anna.press("Change the password", current=PASSWORD, password=NEW)
    assert "The new password holds." in anna.text
    await anna.press("Save", name="Anna B.", language="fr")
    await anna.go("/settings")
    assert anna.heading == "Mon compte"
    await anna.go("/settings?lang=en")
    await anna.press("Delete my account", current=NEW, understood="yes")
    assert "You are the last steward of Coopérative Alpha." in anna.text
    await alpha.member("bea@example.org", await alpha.actor("coop"))
    await anna.press("Delete my account", current=NEW)
    assert "Please tick the box" in anna.text
    await anna.press("Delete my account", current=NEW, understood="yes")
    assert "Your account is deleted." in anna.text
    async with alpha.read() as session:
        assert await access.member_by_email(session, "anna@neu.example") is None


async def test_a_fresh_instance_is_opened_once(street: Street, post: Mailbox) -> None:
    (house,) = await street.open("beta")
    async with house.begin() as session:
        _, secret = await ticketing.issue(session, house.site, Purpose.OPEN)
    async with reading(house, street) as olga:
        await olga.go("/")
        assert "This site is not open yet." in olga.text
        await olga.go(f"/open/{secret}")
        await olga.press("Open the site", network="Réseau du Sud", language="xx", password=NEW)
        assert len(olga.faults) == 3
        await olga.press(
            "Open the site", name="Olga", email="olga@example.org", password=NEW, language="it"
        )
        assert olga.path == "/members"
        assert "Your site is open." in olga.text
        await olga.go("/")
        assert "not open yet" not in olga.text
        assert "Réseau du Sud" in olga.text
        await olga.go(f"/open/{secret}")
        assert olga.status == 409
    async with house.read() as session:
        assert await members.language_of_network(session) == "it"
