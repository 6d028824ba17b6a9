"""Company: two members with an app each, and the instances around them."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import requests
from clients.held import Held
from clients.quay import Quay
from clients.walking import code_on, consent
from mastodon import Mastodon
from together.push_service import PushService
from together.street import House, a_sheet

from actors.rules import polls
from actors.rules.proposals import Change
from actors.rules.records import Record, Stage, Step
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import enrolling, forking, proposing, remarking, replicating
from actors.views import history

Answer = TypeVar("Answer")

SCOPES = ["read", "write", "follow", "push"]


@dataclass
class Walk:
    """Two members, their apps, and the instances around them.

    Attributes:
        quay: where everybody is.
        alpha: the instance of both members.
        beta: another one.
        coop: Anna's organisation.
        ruche: Rose's.
        meadow: one over there.
        model: the coop's.
        fork: the ruche's adaptation of it.
        anna: her app.
        rose: hers.
        service: what wakes apps that are closed.
        loop: the one in which the instances answer.
    """

    quay: Quay
    alpha: House
    beta: House
    coop: Actor
    ruche: Actor
    model: Model
    fork: Model
    anna: Held
    rose: Held
    service: PushService
    meadow: Actor
    loop: asyncio.AbstractEventLoop

    def wait_for(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Let the instances' loop do something, for a program that waits in a thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def approve_by_hand(self) -> None:
        async with self.alpha.begin() as session:
            await enrolling.set_approval(session, self.alpha.site, self.coop, by_hand=True)

    async def far_follow(self) -> None:
        await self.beta.follow(self.meadow, f"@coop@{self.alpha.host}")

    async def asked_far_away(self) -> Remark:
        """A question of the meadow's."""
        asked = polls.ask(
            ["Oui", "Non"], timedelta(hours=1), self.beta.site.now(), is_multiple=False
        )
        async with self.beta.begin() as session:
            return await remarking.remark(
                session, self.beta.site, self.meadow, text="On y va ?", poll=asked
            )

    def settle(self) -> None:
        self.wait_for(self.quay.settle())


def signed_in(house: House, email: str) -> Held:
    session = requests.Session()
    session.trust_env = False
    client_id, secret = Mastodon.create_app(
        "Phare", scopes=SCOPES, api_base_url=house.origin, session=session
    )
    app = Mastodon(
        client_id,
        secret,
        api_base_url=house.origin,
        session=session,
        version_check_mode="none",
        request_timeout=30,
    )
    held = Held(app, session)
    address = held.auth_request_url(scopes=SCOPES, allow_http=True)
    code = code_on(consent(session, address, email))
    held.log_in(code=code, scopes=SCOPES, allow_http=True)
    return held


async def forked(alpha: House, ruche: Actor, model: Model) -> Model:
    """An adaptation that offers its source a change, and a record that its owner does the same."""
    async with alpha.begin() as session:
        source = await session.get_one(Model, model.id)
        own = await forking.fork(session, alpha.site, ruche, source, kind="variant", language="fr")
    async with alpha.begin() as session:
        source = await session.get_one(Model, model.id)
        costs = a_sheet().sections[1]
        change = Change("costs", replace(costs, texts={"fr": "Un local suffit."}))
        await proposing.propose(
            session, alpha.site, ruche, source, [change], message="Moins cher", fork=own
        )
        said = Record(
            language="fr",
            name="Ouvert à Lyon",
            summary="On ouvre.",
            territory="http://data.europa.eu/nuts/code/FRK26",
            steps=(Step(Stage.RUNNING, alpha.site.now().date(), "Ouvert."),),
        )
        head = await history.head(session, source)
        await replicating.replicate(session, alpha.site, ruche, source, head, said)
    return own
