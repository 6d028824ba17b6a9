"""Imports every table, so that the metadata is whole: for migrations and for nothing else."""

from actors.tables import (
    access,
    actor,
    backfill,
    commons,
    follow,
    host,
    lineage,
    mail,
    member,
    model,
    notice,
    organisation,
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
    "commons",
    "follow",
    "host",
    "lineage",
    "mail",
    "member",
    "model",
    "notice",
    "organisation",
    "remark",
    "revision",
    "timeline",
    "tombstone",
]
