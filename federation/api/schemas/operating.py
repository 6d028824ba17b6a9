"""Operating: what came and went, what is on its way, and the clock of a laboratory."""

from collections.abc import Mapping
from typing import Final

from federation.api.schemas.notation import (
    COUNT,
    ID,
    IRI,
    TIME,
    array,
    one_of,
    or_null,
    record,
    text,
)
from federation.api.shapes import Schema

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Journal": record(
        "What came to the inboxes, the oldest first.",
        {
            "items": array(
                record(
                    "One request.",
                    {
                        "id": COUNT,
                        "at": TIME,
                        "peer": text("The host of the key that was named, or -."),
                        "keyId": text("The key that was named; nothing of it is believed, or -."),
                        "activity": text("The id of the activity, or -."),
                        "disposition": text(
                            "accepted, duplicate, refused:<reason> or ignored:<reason>."
                        ),
                        "bytes": COUNT,
                        "ms": COUNT,
                    },
                ),
                "At most `limit`.",
            ),
            "next": or_null({**COUNT, "description": "`after` of the next part; null at the end."}),
        },
    ),
    "Egress": record(
        "Every try to call another server, the oldest first.",
        {
            "items": array(
                record(
                    "One call.",
                    {
                        "id": COUNT,
                        "at": TIME,
                        "purpose": text("Why: key, actor, object, delivery, webfinger, nodeinfo …"),
                        "method": text("Of HTTP."),
                        "url": text("What was asked for."),
                        "ip": text("The address that was called or refused; empty if none was."),
                        "port": COUNT,
                        "hop": {**COUNT, "description": "How many redirects led there."},
                        "result": text("done:<status> or refused:<reason>."),
                        "bytes": COUNT,
                        "ms": COUNT,
                        "cause": text("activity:<id>, user:<id>, walk:<actor> or request:<id>."),
                    },
                ),
                "At most `limit`.",
            ),
            "next": or_null({**COUNT, "description": "`after` of the next part; null at the end."}),
        },
    ),
    "Deliveries": record(
        "What is on its way, by destination.",
        {
            "items": array(
                record(
                    "One host.",
                    {
                        "host": text("Its name."),
                        "cursor": or_null(
                            {
                                **ID,
                                "description": "The newest entry of the outgoing log before "
                                "which this host is owed nothing.",
                            }
                        ),
                        "waiting": COUNT,
                        "parked": COUNT,
                        "attempts": {**COUNT, "description": "Of the delivery tried most."},
                        "failures": {**COUNT, "description": "Of the host, in a row."},
                        "oldest": or_null(
                            record(
                                "The oldest that is not delivered.",
                                {
                                    "activity": IRI,
                                    "inbox": IRI,
                                    "at": TIME,
                                    "state": one_of("How it stands.", "waiting", "parked"),
                                },
                            )
                        ),
                        "nextTry": or_null(TIME),
                        "lastError": text("What the host last answered, or nothing."),
                    },
                ),
                "Hosts with something undelivered, by name.",
            ),
            "next": or_null(text("`after` of the next part; null at the end.")),
        },
    ),
    "Retried": record("What is tried again.", {"retried": COUNT}),
    "GivenUp": record("What is given up.", {"host": text("For this host."), "givenUp": COUNT}),
    "Dropped": record("What is thrown away.", {"host": text("For this host."), "dropped": COUNT}),
    "Clock": record(
        "The clock of a laboratory.",
        {"offset": {**COUNT, "description": "Seconds."}, "now": TIME},
    ),
}
