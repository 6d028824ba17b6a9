"""Resolvers: which of them the settings describe."""

from collections.abc import Sequence

from aiohttp.abc import AbstractResolver

from federation.transport.names import PatientResolver, SystemResolver


def resolver_for(servers: Sequence[str]) -> AbstractResolver:
    """The resolver that the settings describe; made inside a running event loop.

    Args:
        servers: as in `[dns] servers`; without any, the system is asked.
    """
    if not servers:
        return PatientResolver(SystemResolver())
    from federation.transport.listed_names import (  # noqa: PLC0415 - loads dnspython, 3 MB
        ListedResolver,
    )

    return PatientResolver(ListedResolver(servers))
