"""Invitations, lists, links, letters, roles and passkeys as rows, on both engines."""

from datetime import timedelta

import pytest
from together.clock import Clock
from together.street import key_pems

from actors.database import Session
from actors.errors import Conflicting, Gone, NotAllowed, NotFound, Unwise
from actors.rules import rosters
from actors.rules.permissions import Office
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.invitation import Entry
from actors.tables.letter import Letter
from actors.tables.member import Member
from actors.verbs import (
    appointing,
    composing,
    corresponding,
    enrolling,
    identifying,
    inviting,
    linking,
    rostering,
    ticketing,
)
from actors.verbs.corresponding import CLAIMED, WAITS, Kind
from actors.verbs.identifying import Proven
from actors.verbs.inviting import LIVES, MOST_OPEN, Guest
from actors.verbs.rostering import Profile
from actors.verbs.ticketing import Purpose
from actors.views import members, profiles

LIST = "name,email\nVelo,velo@example.org\nPain,pain@example.org\n"


async def person(session: Session, site: Site, email: str) -> Member:
    return await enrolling.new_member(
        session, site, email=email, name="", password_hash="x", locale="fr"
    )


async def test_an_invitation_is_used_once_and_ends(
    session: Session, site: Site, coop: Actor, clock: Clock
) -> None:
    anna = await person(session, site, "anna@example.org")
    guest = Guest(Office.READER, "Anna@Example.org")
    made = await inviting.invite(session, site, coop, guest, by=None, by_letter=True)
    secret = linking.shown_again(session, made)
    assert secret is not None
    renewed = await inviting.renew(session, site, coop, made.id, by_letter=True)
    newer = linking.shown_again(session, renewed)
    assert newer not in (None, secret)
    with pytest.raises(NotFound):
        await inviting.accept(session, site, secret, anna)
    await inviting.accept(session, site, str(newer), anna)
    with pytest.raises(Gone):
        await inviting.accept(session, site, str(newer), anna)
    with pytest.raises(Unwise):
        await inviting.invite(session, site, coop, guest, by=None, by_letter=False)
    late = await inviting.invite(
        session, site, coop, Guest(Office.READER, lasts=LIVES[0]), by=None, by_letter=False
    )
    clock.turn(days=1)
    with pytest.raises(Gone):
        await inviting.held(session, site, str(linking.shown_again(session, late)))
    odd = Guest(Office.READER, lasts=timedelta(days=2))
    with pytest.raises(Unwise):
        await inviting.invite(session, site, coop, odd, by=None, by_letter=False)
    for _ in range(MOST_OPEN):
        await inviting.invite(session, site, coop, Guest(Office.READER), by=None, by_letter=False)
    with pytest.raises(Unwise):
        await inviting.invite(session, site, coop, Guest(Office.READER), by=None, by_letter=False)
    clock.turn(days=200)
    await inviting.forget_old(session, site)
    assert await members.invitations(session, coop) == []


async def test_a_profile_is_nobody_until_it_is_claimed(
    session: Session, site: Site, coop: Actor, clock: Clock
) -> None:
    rows = rosters.read(LIST, locale="fr").rows
    kept = await rostering.take_in(session, site, rows, name="Liste", by=None)
    with pytest.raises(Conflicting):
        await rostering.take_in(session, site, rows, name="Liste", by=None)
    with pytest.raises(Conflicting):
        await enrolling.free_handle(session, "velo")
    assert await profiles.by_handle(session, "velo") is None
    assert await rostering.send(session, site, kept.id, by_letter=True) == 2
    assert await rostering.send(session, site, kept.id, by_letter=True) == 0
    velo, pain = await members.entries(session, kept)
    secret = str(linking.shown_again(session, velo))
    vera = await person(session, site, "vera@example.org")
    profile = Profile("Vélo", "On répare.", {"website": "https://velo.example"}, "fr")
    empty = Profile(" ", "", {}, "fr")
    with pytest.raises(Unwise):
        await rostering.claim(session, site, secret, empty, vera, keys=key_pems(3))
    actor = await rostering.claim(session, site, secret, profile, vera, keys=key_pems(3))
    assert (actor.handle, await members.is_last_steward(session, actor, vera)) == ("velo", True)
    with pytest.raises(NotFound):
        await rostering.held(session, site, secret)
    other = str(linking.shown_again(session, pain))
    clock.turn(days=31)
    with pytest.raises(Gone):
        await rostering.decline(session, site, other)
    again = await rostering.send_again(session, site, pain.id, by_letter=True)
    await rostering.decline(session, site, str(linking.shown_again(session, again)))
    standing = await members.standing(session, site, kept.id)
    assert (standing.claimed, standing.waiting, standing.roster.declined) == (1, 0, 1)
    assert await rostering.undo(session, kept.id) == 0
    assert await profiles.by_handle(session, "velo") is not None
    with pytest.raises(NotFound):
        await rostering.remove(session, pain.id)


async def test_a_letter_leaves_once_and_is_taken_up_again_after_a_death(
    session: Session, site: Site, coop: Actor, clock: Clock
) -> None:
    await corresponding.write(session, site, Kind.PASSWORD_CHANGED, "anna@example.org", "fr")
    letter = await corresponding.claim(session, site)
    assert letter is not None
    assert await corresponding.claim(session, site) is None
    clock.turn(seconds=CLAIMED.total_seconds())
    assert (await corresponding.claim(session, site)) is not None
    for minutes in WAITS:
        await corresponding.failed(session, site, letter, "The mail is away.", temporary=True)
        await session.refresh(letter)
        assert not await corresponding.is_due(session, site)
        clock.turn(minutes=minutes)
        assert await corresponding.is_due(session, site)
    await corresponding.failed(session, site, letter, "The mail is away.", temporary=True)
    clock.turn(days=3)
    assert await corresponding.claim(session, site) is None
    clock.turn(days=30)
    await corresponding.forget_old(session, site)
    assert await session.get(Letter, letter.id, populate_existing=True) is None


async def test_what_was_withdrawn_or_belongs_to_nobody_is_not_told(
    session: Session, site: Site, coop: Actor
) -> None:
    await ticketing.ask_recovery(session, site, "nobody@example.org", "fr")
    letter = await corresponding.claim(session, site)
    assert letter is not None
    assert await composing.compose(session, site, letter) is None
    await corresponding.drop(session, letter)
    guest = Guest(Office.READER, "bea@example.org")
    made = await inviting.invite(session, site, coop, guest, by=None, by_letter=True)
    await inviting.withdraw(session, site, coop, made.id)
    assert not await corresponding.is_due(session, site)


async def test_a_letter_that_is_tried_again_has_the_same_link(
    session: Session, site: Site, coop: Actor
) -> None:
    await person(session, site, "anna@example.org")
    await ticketing.ask_recovery(session, site, "Anna@example.org", "fr")
    letter = await corresponding.claim(session, site)
    assert letter is not None
    first = await composing.compose(session, site, letter)
    await session.refresh(letter)
    second = await composing.compose(session, site, letter)
    assert first is not None
    assert first == second
    assert first.path.startswith("/recover/")


async def test_an_organisation_always_has_a_steward(
    session: Session, site: Site, coop: Actor
) -> None:
    anna, bea = [await person(session, site, f"{one}@example.org") for one in ("anna", "bea")]
    await enrolling.add_mandate(session, site, anna, coop, Office.STEWARD)
    await enrolling.add_mandate(session, site, bea, coop, Office.READER)
    for refused in (
        appointing.dismiss(session, coop, anna.id),
        appointing.set_office(session, coop, anna.id, Office.EDITOR),
        appointing.delete_account(session, anna),
    ):
        with pytest.raises(Conflicting):
            await refused
    await appointing.set_office(session, coop, bea.id, Office.STEWARD)
    await appointing.delete_account(session, anna)
    assert [(one.email, office) for one, office in await members.of(session, coop)] == [
        ("bea@example.org", Office.STEWARD)
    ]


async def test_a_link_and_a_challenge_work_once(
    session: Session, site: Site, coop: Actor, clock: Clock
) -> None:
    anna = await person(session, site, "anna@example.org")
    _, secret = await ticketing.issue(session, site, Purpose.RECOVER, anna)
    with pytest.raises(NotFound):
        await ticketing.use(session, site, secret, Purpose.OPEN)
    await ticketing.recover(session, site, secret, "hash", by_letter=False)
    with pytest.raises(Gone):
        await ticketing.use(session, site, secret, Purpose.RECOVER)
    asked = identifying.challenge(session, site, "browser")
    for said, browser in ((asked, "another"), ("AAAA", "browser"), (asked[:-2] + "AA", "browser")):
        with pytest.raises(NotAllowed):
            await identifying.use_challenge(session, site, said, browser)
    await identifying.use_challenge(session, site, asked, "browser")
    with pytest.raises(NotAllowed):
        await identifying.use_challenge(session, site, asked, "browser")
    late = identifying.challenge(session, site, "browser")
    clock.turn(minutes=10)
    with pytest.raises(NotAllowed):
        await identifying.use_challenge(session, site, late, "browser")
    clock.turn(days=8)
    await ticketing.forget_past(session, site)
    with pytest.raises(NotFound):
        await ticketing.look(session, site, secret, Purpose.RECOVER)


async def test_passkeys_are_bounded_and_the_only_way_in_stays(
    session: Session, site: Site, coop: Actor
) -> None:
    anna = await person(session, site, "anna@example.org")
    anna.password = ""
    first = await identifying.add_passkey(session, site, anna, Proven("a", b"k", 0), name="  ")
    assert first.name == "Passkey"
    with pytest.raises(Unwise):
        await identifying.add_passkey(session, site, anna, Proven("a", b"k", 0), name="")
    with pytest.raises(Unwise):
        await identifying.remove_passkey(session, anna, first.id)
    for number in range(identifying.MOST_PASSKEYS - 1):
        await identifying.add_passkey(session, site, anna, Proven(f"b{number}", b"k", 0), name="B")
    with pytest.raises(Unwise):
        await identifying.add_passkey(session, site, anna, Proven("z", b"k", 0), name="Z")
    await identifying.rename_passkey(session, anna, first.id, "Telephone")
    await identifying.remove_passkey(session, anna, first.id)
    with pytest.raises(NotFound):
        await identifying.rename_passkey(session, anna, first.id, "Telephone")


async def test_nothing_secret_of_a_link_lies_in_the_database(
    session: Session, site: Site, coop: Actor
) -> None:
    rows = rosters.read(LIST, locale="fr").rows
    kept = await rostering.take_in(session, site, rows, name="", by=None)
    await rostering.send(session, site, kept.id, by_letter=True)
    entry = (await members.entries(session, kept))[0]
    secret = str(linking.shown_again(session, entry))
    stored = await session.get_one(Entry, entry.id)
    assert secret not in str(vars(stored))
    stored.secret = "0" * 64
    assert linking.shown_again(session, stored) is None
