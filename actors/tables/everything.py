"""Imports every table, so that the metadata is whole: for migrations and for nothing else."""

from actors.tables import (
    access,
    actor,
    backfill,
    errand,
    follow,
    host,
    lineage,
    mail,
    member,
    model,
    notice,
    organisation,
    relay,
    remark,
    revision,
    timeline,
    tombstone,
)
from actors.tables.base import Base

__all__ = [
    "Base",
    "access",
    "actor",
    "backfill",
    "errand",
    "follow",
    "host",
    "lineage",
    "mail",
    "member",
    "model",
    "notice",
    "organisation",
    "relay",
    "remark",
    "revision",
    "timeline",
    "tombstone",
]
