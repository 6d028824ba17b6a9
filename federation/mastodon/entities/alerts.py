"""Alerts: notifications one by one, in groups, those that wait for a yes, and what is pushed."""

from collections.abc import Sequence
from datetime import datetime

from actors.tables.push import PushSubscription
from actors.views.holding import Waiting
from actors.views.notices import Group
from federation.mastodon.entities.entity import Entity, moment


def notification(
    notice_id: int,
    kind: str,
    made_at: datetime,
    sender: Entity,
    status: Entity | None,
    group_key: str,
) -> Entity:
    """A Notification; `status` is left out where the kind has none."""
    entity: Entity = {
        "id": str(notice_id),
        "type": kind,
        "created_at": moment(made_at),
        "group_key": group_key,
        "account": sender,
    }
    return entity | ({"status": status} if status is not None else {})


def notification_group(
    group: Group,
    kind: str,
    key: str,
    senders: Sequence[Entity],
    status: Entity | None,
) -> Entity:
    """A NotificationGroup (4.3); its newest id is the one number among all ids of the API.

    Args:
        group: what stands together.
        kind: its type.
        key: its name.
        senders: the Accounts that are shown for all, the newest first.
        status: what all speak of, if they speak of one.
    """
    entity: Entity = {
        "group_key": key,
        "notifications_count": group.count,
        "type": kind,
        "most_recent_notification_id": group.newest_id,
        "page_min_id": str(group.oldest_id),
        "page_max_id": str(group.newest_id),
        "latest_page_notification_at": moment(group.last_at),
        "sample_account_ids": [each["id"] for each in senders],
    }
    return entity | ({"status_id": status["id"]} if status is not None else {})


def partial_account(whole: Entity) -> Entity:
    """A PartialAccountWithAvatar (4.3)."""
    names = ("id", "acct", "url", "avatar", "avatar_static", "locked", "bot")
    return {name: whole[name] for name in names}


def notification_request(waiting: Waiting, account: Entity, status: Entity | None) -> Entity:
    """A NotificationRequest (4.3), which goes by the id of the account that waits."""
    return {
        "id": account["id"],
        "created_at": moment(waiting.first_at),
        "updated_at": moment(waiting.last_at),
        "notifications_count": str(waiting.count),
        "account": account,
        "last_status": status,
    }


def push_subscription(row: PushSubscription, types: Sequence[str], key: str) -> Entity:
    """A WebPushSubscription.

    Args:
        row: what the app asked for.
        types: every type that it could ask for.
        key: by which push services know us.
    """
    return {
        "id": str(row.id),
        "endpoint": row.endpoint,
        "standard": row.is_standard,
        "alerts": {name: bool(row.alerts.get(name)) for name in types},
        "server_key": key,
        "policy": row.policy,
    }
