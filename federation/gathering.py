"""Gathering: fetch what a reaction needs, until nothing is missing or the budget is spent.

A reaction says which documents it cannot do without (`needs`, a pure question); they are fetched
here, before the one transaction in which it acts. So a slow or lying server never holds the
database, and no effect is ever half done.
"""

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from activitypub.iris import Iri
from actors.reactions import Reaction
from actors.verbs.mirroring import Gathered
from federation.errors import TooMuch
from federation.lookup import Lookup


async def gather(
    lookup: Lookup, reaction: Reaction, heard: Heard[ap.Activity], budget: int
) -> Gathered:
    """Fetch what the reaction needs.

    Args:
        lookup: what is remembered, and the network.
        reaction: asked again after each round, because one document may name the next.
        heard: what was said.
        budget: documents at most, those that we remember included.

    Raises:
        TooMuch: the budget is spent, and something is still missing.
        TransportError, ProtocolError, Refusal: something needed cannot be had, or is on a host
            that we have nothing to do with.
    """
    ask = lookup.newest if reaction.reads_anew else lookup.object
    gathered: dict[Iri, ap.Object] = {}
    while missing := reaction.needs(heard, gathered) - gathered.keys():
        if len(gathered) + len(missing) > budget:
            raise TooMuch(f"one activity may need {budget} documents at most")
        for iri in sorted(missing):
            await lookup.check_dealings(iri)  # what we remember of a blocked host is no answer
            gathered[iri] = await ask(iri)
            await lookup.know_prover(gathered[iri])
    return gathered
