"""The first schema."""

import sqlalchemy as sa
from alembic import op

from actors.tables import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "actor",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sought", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("icon", sa.Text(), nullable=True),
        sa.Column("inbox", sa.Text(), nullable=False),
        sa.Column("shared_inbox", sa.Text(), nullable=True),
        sa.Column("outbox", sa.Text(), nullable=True),
        sa.Column("followers", sa.Text(), nullable=True),
        sa.Column("following", sa.Text(), nullable=True),
        sa.Column("featured", sa.Text(), nullable=True),
        sa.Column("approves_followers", sa.Boolean(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("gone_at", base.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor")),
        sa.UniqueConstraint("iri", name=op.f("uq_actor_iri")),
    )
    with op.batch_alter_table("actor", schema=None) as batch_op:
        batch_op.create_index("ix_actor_address", ["host", "handle"], unique=False)

    op.create_table(
        "app",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("redirect_uris", base.Json, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app")),
        sa.UniqueConstraint("client_id", name=op.f("uq_app_client_id")),
    )
    op.create_table(
        "host",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", base.UtcTime(timezone=True), nullable=True),
        sa.Column("due_at", base.UtcTime(timezone=True), nullable=True),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host")),
        sa.UniqueConstraint("name", name=op.f("uq_host_name")),
    )
    op.create_table(
        "member",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("joined_at", base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("email", name=op.f("uq_member_email")),
    )
    op.create_table(
        "received",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("activity_iri", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("vouched", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("received_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("due_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("claimed_until", base.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received")),
        sa.UniqueConstraint("activity_iri", name=op.f("uq_received_activity_iri")),
    )
    with op.batch_alter_table("received", schema=None) as batch_op:
        batch_op.create_index("ix_received_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "tombstone",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
        sa.UniqueConstraint("iri", "speaker", name=op.f("uq_tombstone_iri_speaker")),
    )
    op.create_table(
        "boost",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("object_iri", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_boost_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boost")),
        sa.UniqueConstraint("actor_id", "object_iri", name=op.f("uq_boost_actor_id_object_iri")),
        sa.UniqueConstraint("iri", name=op.f("uq_boost_iri")),
    )
    with op.batch_alter_table("boost", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_boost_object_iri"), ["object_iri"], unique=False)

    op.create_table(
        "follow",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("follower_id", base.Id, nullable=False),
        sa.Column("followee_id", base.Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["followee_id"],
            ["actor.id"],
            name=op.f("fk_follow_followee_id_actor"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["follower_id"],
            ["actor.id"],
            name=op.f("fk_follow_follower_id_actor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        sa.UniqueConstraint(
            "follower_id", "followee_id", name=op.f("uq_follow_follower_id_followee_id")
        ),
        sa.UniqueConstraint("iri", name=op.f("uq_follow_iri")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_followee_id"), ["followee_id"], unique=False)

    op.create_table(
        "instance",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("network_id", base.Id, nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_instance_actor_id_actor")
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["actor.id"], name=op.f("fk_instance_network_id_actor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        sa.UniqueConstraint("origin", name=op.f("uq_instance_origin")),
    )
    op.create_table(
        "key",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("private", sa.Text(), nullable=True),
        sa.Column("read_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_key_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key")),
        sa.UniqueConstraint("iri", name=op.f("uq_key_iri")),
    )
    with op.batch_alter_table("key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_key_actor_id"), ["actor_id"], unique=False)

    op.create_table(
        "like",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("object_iri", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_like_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_like")),
        sa.UniqueConstraint("actor_id", "object_iri", name=op.f("uq_like_actor_id_object_iri")),
        sa.UniqueConstraint("iri", name=op.f("uq_like_iri")),
    )
    with op.batch_alter_table("like", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_like_object_iri"), ["object_iri"], unique=False)

    op.create_table(
        "model",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("languages", base.Json, nullable=False),
        sa.Column("names", base.Json, nullable=False),
        sa.Column("summaries", base.Json, nullable=False),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=False),
        sa.Column("territory", base.Json, nullable=False),
        sa.Column("sought", sa.Text(), nullable=False),
        sa.Column("head_id", base.Id, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("deleted_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_model_actor_id_actor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("iri", name=op.f("uq_model_iri")),
        sa.UniqueConstraint("slug", name=op.f("uq_model_slug")),
    )
    with op.batch_alter_table("model", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_model_family"), ["family"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("is_network", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("facts", base.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["actor.id"], name=op.f("fk_organisation_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "outgoing",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("activity_iri", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("followers_of", base.Json, nullable=False),
        sa.Column("recipients", base.Json, nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("fanned_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_outgoing_actor_id_actor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("activity_iri", name=op.f("uq_outgoing_activity_iri")),
    )
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.create_index("ix_outgoing_actor_id_id", ["actor_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_fanned_at"), ["fanned_at"], unique=False)

    op.create_table(
        "remark",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("actor_id", base.Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("addressed", base.Json, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("deleted_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_remark_actor_id_actor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
        sa.UniqueConstraint("iri", name=op.f("uq_remark_iri")),
    )
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_in_reply_to"), ["in_reply_to"], unique=False)

    op.create_table(
        "browser_session",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("member_id", base.Id, nullable=False),
        sa.Column("organisation_id", base.Id, nullable=True),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("expires_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_browser_session_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_browser_session_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser_session")),
        sa.UniqueConstraint("secret", name=op.f("uq_browser_session_secret")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", base.Id, autoincrement=True, nullable=False),
        sa.Column("outgoing_id", base.Id, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("inbox", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("due_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("claimed_until", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["outgoing_id"], ["outgoing.id"], name=op.f("fk_delivery_outgoing_id_outgoing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("outgoing_id", "inbox", name=op.f("uq_delivery_outgoing_id_inbox")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_host_state_due_at", ["host", "state", "due_at"], unique=False
        )
        batch_op.create_index(
            "ix_delivery_inbox_about_outgoing_id", ["inbox", "about", "outgoing_id"], unique=False
        )

    op.create_table(
        "grant",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("app_id", base.Id, nullable=False),
        sa.Column("member_id", base.Id, nullable=False),
        sa.Column("organisation_id", base.Id, nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=True),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("expires_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("used_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["app_id"], ["app.id"], name=op.f("fk_grant_app_id_app"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_grant_member_id_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_grant_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
        sa.UniqueConstraint("code", name=op.f("uq_grant_code")),
    )
    op.create_table(
        "lineage",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("model_id", base.Id, nullable=False),
        sa.Column("upstream_iri", sa.Text(), nullable=False),
        sa.Column("base_iri", sa.Text(), nullable=False),
        sa.Column("base_digest", sa.Text(), nullable=False),
        sa.Column("seen_iri", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("listed_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_lineage_model_id_model"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage")),
        sa.UniqueConstraint("model_id", name=op.f("uq_lineage_model_id")),
    )
    with op.batch_alter_table("lineage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lineage_upstream_iri"), ["upstream_iri"], unique=False)

    op.create_table(
        "mandate",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("member_id", base.Id, nullable=False),
        sa.Column("organisation_id", base.Id, nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_mandate_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_mandate_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint(
            "member_id", "organisation_id", name=op.f("uq_mandate_member_id_organisation_id")
        ),
    )
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_mandate_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "notice",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("owner_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_id", base.Id, nullable=False),
        sa.Column("model_id", base.Id, nullable=True),
        sa.Column("remark_id", base.Id, nullable=True),
        sa.Column("about", base.Json, nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("read_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_id"], ["actor.id"], name=op.f("fk_notice_from_id_actor"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_notice_model_id_model"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["actor.id"], name=op.f("fk_notice_owner_id_actor"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["remark_id"],
            ["remark.id"],
            name=op.f("fk_notice_remark_id_remark"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("model_id", base.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_iri", sa.Text(), nullable=True),
        sa.Column("merged_iri", sa.Text(), nullable=True),
        sa.Column("author_id", base.Id, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sheet", base.Json, nullable=False),
        sa.Column("modifications", base.Json, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["member.id"], name=op.f("fk_revision_author_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_revision_model_id_model"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("iri", name=op.f("uq_revision_iri")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_model_id"), ["model_id"], unique=False)

    op.create_table(
        "timeline_entry",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("owner_id", base.Id, nullable=False),
        sa.Column("subject_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("boost_id", base.Id, nullable=True),
        sa.Column("at", base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["boost_id"],
            ["boost.id"],
            name=op.f("fk_timeline_entry_boost_id_boost"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["actor.id"],
            name=op.f("fk_timeline_entry_owner_id_actor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
        sa.UniqueConstraint(
            "owner_id", "subject_id", name=op.f("uq_timeline_entry_owner_id_subject_id")
        ),
    )
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.create_index("ix_timeline_entry_owner_id_id", ["owner_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_timeline_entry_subject_id"), ["subject_id"], unique=False
        )

    op.create_table(
        "token",
        sa.Column("id", base.Id, autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("app_id", base.Id, nullable=True),
        sa.Column("grant_id", base.Id, nullable=True),
        sa.Column("member_id", base.Id, nullable=True),
        sa.Column("organisation_id", base.Id, nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("made_at", base.UtcTime(timezone=True), nullable=False),
        sa.Column("revoked_at", base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["app_id"], ["app.id"], name=op.f("fk_token_app_id_app"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_token_member_id_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_token_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("secret", name=op.f("uq_token_secret")),
    )
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_token_grant_id"), ["grant_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_token_grant_id"))

    op.drop_table("token")
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timeline_entry_subject_id"))
        batch_op.drop_index("ix_timeline_entry_owner_id_id")

    op.drop_table("timeline_entry")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_model_id"))

    op.drop_table("revision")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_owner_id"))

    op.drop_table("notice")
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mandate_organisation_id"))

    op.drop_table("mandate")
    with op.batch_alter_table("lineage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lineage_upstream_iri"))

    op.drop_table("lineage")
    op.drop_table("grant")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_inbox_about_outgoing_id")
        batch_op.drop_index("ix_delivery_host_state_due_at")

    op.drop_table("delivery")
    op.drop_table("browser_session")
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_in_reply_to"))
        batch_op.drop_index(batch_op.f("ix_remark_actor_id"))

    op.drop_table("remark")
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outgoing_fanned_at"))
        batch_op.drop_index("ix_outgoing_actor_id_id")

    op.drop_table("outgoing")
    op.drop_table("organisation")
    with op.batch_alter_table("model", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_model_family"))
        batch_op.drop_index(batch_op.f("ix_model_actor_id"))

    op.drop_table("model")
    with op.batch_alter_table("like", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_like_object_iri"))

    op.drop_table("like")
    with op.batch_alter_table("key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_key_actor_id"))

    op.drop_table("key")
    op.drop_table("instance")
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_followee_id"))

    op.drop_table("follow")
    with op.batch_alter_table("boost", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_boost_object_iri"))

    op.drop_table("boost")
    op.drop_table("tombstone")
    with op.batch_alter_table("received", schema=None) as batch_op:
        batch_op.drop_index("ix_received_state_due_at")

    op.drop_table("received")
    op.drop_table("member")
    op.drop_table("host")
    op.drop_table("app")
    with op.batch_alter_table("actor", schema=None) as batch_op:
        batch_op.drop_index("ix_actor_address")

    op.drop_table("actor")
