"""Offered: which of Mastodon.py's calls are answered how, where that is not simply what they want.

What is not in a table here is called with real data by `test_every_call`.
"""

from datetime import timedelta
from typing import Any

from together.clock import MORNING

STREAMS = {
    "stream_direct": "conversation",
    "stream_user_notifications": "notification",
    "stream_user": "update",
    "stream_public": "update",
    "stream_local": "update",
    "stream_hashtag": "update",
    "stream_list": "update",
}
"""The library's name of a stream → what Mastodon says there of a note that belongs to all."""


# As Mastodon refuses them: 403 what is not allowed; 404 what is not there (announcements, a year's
# report, terms of service) or only came with 4.6 (collections).
REFUSED: dict[str, tuple[Any, ...]] = {
    "announcement_dismiss": (404, "1"),
    "announcement_reaction_create": (404, "1", "x"),
    "announcement_reaction_delete": (404, "1", "x"),
    "annual_report": (404, 2025),
    "annual_report_read": (404, 2025),
    "annual_report_generate": (404, 2025),
    "instance_terms_of_service": (404,),
    "email_resend_confirmation": (403,),
    "get_async_refresh_status": (404, "1"),
    "account_collections": (404, "1"),
    "account_in_collections": (404, "1"),
    "collection": (404, "1"),
    "collection_create": (404, "Vélos"),
    "collection_delete": (404, "1"),
    "collection_item_add": (404, "1", "1"),
    "collection_item_delete": (404, "1", "1"),
    "collection_item_revoke": (404, "1", "1"),
    "collection_update": (404, "1"),
}
NOT_HERE = {
    "create_app": "called for each of them, before anybody has signed in",
    "oauth_userinfo": "wants https: called in `test_mastodon_py`",
    "reports": "the library itself refuses: Mastodon has had none since 2.5",
    "get_status_length": "asks nobody, and wants a package of its own",
    "stream_open_websocket": "wants a package of its own; npm's libraries listen that way",
}
"""Calls that this walk does not make → why, and where they are made."""

SPAN = {"start_at": MORNING, "end_at": MORNING + timedelta(days=1)}
ADMIN: dict[str, dict[str, Any]] = {
    "admin_create_canonical_email_block": {"email": "anna@example.org"},
    "admin_dimensions": {"languages": True, **SPAN},
    "admin_measures": {"active_users": True, **SPAN},
    "admin_retention": SPAN,
}
"""What the library wants to be told besides, before it asks."""
