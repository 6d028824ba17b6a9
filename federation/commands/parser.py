"""The command line: which words call which command.

Commands that belong together share a first word: `essaim organisation add`. What a command takes
and says in its help is read from its signature and docstring.

Commands are named here, and loaded when they are typed: a server keeps to its end what is loaded at
its start, and whoever makes a token need not wait for what serves pages.
"""

from typing import Final

from cyclopts import App

from federation import __version__
from federation.commands.mail import show_mail

APP: Final = App(
    name="essaim",
    help="Publish, follow, fork and adapt proven models across instances.",
    version=__version__,
    result_action="return_value",
)

for _command in (
    "federation.commands.demo:demo",
    "federation.commands.founding:init",
    "federation.commands.people:opening",
    "federation.commands.serve:serve",
    "federation.commands.serve:work",
    "federation.commands.serve:migrate",
    "federation.commands.move_database:move_database",
    "federation.commands.restored:restored",
    "federation.commands.check:check",
    "federation.commands.look_up:lookup",
    "federation.commands.look_up:follow",
    "federation.commands.look:look",
):
    APP.command(_command)

_organisation: Final = App(name="organisation", help="Organisations of this instance.")
_organisation.command("federation.commands.enrol:add_organisation", name="add")
_organisation.command("federation.commands.close:close_organisation", name="close")
_organisation.command("federation.commands.block:block", name="block")
_organisation.command("federation.commands.block:unblock", name="unblock")
_organisation.command("federation.commands.move:add_alias", name="alias")
_organisation.command("federation.commands.move:remove_alias", name="unalias")
_organisation.command("federation.commands.move:move", name="move")
_organisation.command("federation.commands.move:stay", name="stay")
_hosts: Final = App(name="hosts", help="Sites that this instance has nothing to do with.")
_hosts.command("federation.commands.hosts:block_host", name="block")
_hosts.command("federation.commands.hosts:unblock_host", name="unblock")
_hosts.command("federation.commands.hosts:list_hosts", name="list")
_followers: Final = App(name="followers", help="Who may follow an organisation.")
_followers.command("federation.commands.followers:set_approval", name="approval")
_followers.command("federation.commands.followers:list_requests", name="list")
_followers.command("federation.commands.followers:accept", name="accept")
_followers.command("federation.commands.followers:reject", name="reject")
_reports: Final = App(name="reports", help="What the stewards of this instance were told.")
_reports.command("federation.commands.reports:list_reports", name="list")
_reports.command("federation.commands.reports:show_report", name="show")
_reports.command("federation.commands.reports:close_report", name="close")
_member: Final = App(name="member", help="People who act for organisations.")
_member.command("federation.commands.enrol:add_member", name="add")
_member.command("federation.commands.people:invite")
_member.command("federation.commands.people:recover")
_token: Final = App(name="token", help="Tokens with which programs act.")
_token.command("federation.commands.enrol:create_token", name="create")
_token.command("federation.commands.enrol:create_admin_token", name="admin")
_model: Final = App(name="model", help="Models.")
_model.command("federation.commands.publish:publish_model", name="publish")
_model.command("federation.commands.publish:fork_model", name="fork")
_archive: Final = App(name="archive", help="A model with its history and proofs, as one file.")
_archive.command("federation.commands.archive:make", name="make")
_archive.command("federation.commands.archive:verify", name="verify")
_archive.command("federation.commands.archive:restore", name="import")
_keys: Final = App(name="keys", help="Keys that actors of this instance sign with.")
_keys.command("federation.commands.keys:rotate", name="rotate")
_keys.command("federation.commands.keys:relock", name="relock")
_mail: Final = App(name="mail", help="What is on its way, and what does not arrive.")
_mail.default(show_mail)
_mail.command("federation.commands.mail:retry")
_mail.command("federation.commands.mail:give_up", name="give-up")
_mail.command("federation.commands.mail:drop")
_mail.command("federation.commands.mail:read_again", name="read-again")
_relays: Final = App(name="relays", help="Relays that this instance takes part in.")
_relays.command("federation.commands.relays:add_relay", name="add")
_relays.command("federation.commands.relays:remove_relay", name="remove")
_relays.command("federation.commands.relays:list_relays", name="list")

_commons: Final = App(name="commons", help="Groups around a theme.")
_commons.command("federation.commands.commons:open_commons", name="open")
_commons.command("federation.commands.commons:list_commons", name="list")
_commons.command("federation.commands.commons:tend_commons", name="tend")

_catalogue: Final = App(name="catalogue", help="What models and organisations are found by.")
_catalogue.command("federation.commands.catalogue:rebuild", name="rebuild")

for _group in (
    _catalogue,
    _organisation,
    _archive,
    _followers,
    _hosts,
    _keys,
    _mail,
    _member,
    _reports,
    _token,
    _model,
    _commons,
    _relays,
):
    APP.command(_group)
