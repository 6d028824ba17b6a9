"""The command line: which words call which command.

Commands that belong together share a first word: `essaim organisation add`. What a command takes
and says in its help is read from its signature and docstring.
"""

from typing import Final

from cyclopts import App

from federation import __version__
from federation.commands import archive
from federation.commands.block import block, unblock
from federation.commands.catalogue import rebuild
from federation.commands.check import check
from federation.commands.close import close_organisation
from federation.commands.commons import list_commons, open_commons, tend_commons
from federation.commands.demo import demo
from federation.commands.enrol import add_member, add_organisation, create_admin_token, create_token
from federation.commands.followers import accept, list_requests, reject, set_approval
from federation.commands.founding import init
from federation.commands.hosts import block_host, list_hosts, unblock_host
from federation.commands.keys import relock, rotate
from federation.commands.look import look
from federation.commands.look_up import follow, lookup
from federation.commands.mail import drop, give_up, read_again, retry, show_mail
from federation.commands.move import add_alias, move, remove_alias, stay
from federation.commands.move_database import move_database
from federation.commands.people import invite, opening, recover
from federation.commands.publish import fork_model, publish_model
from federation.commands.relays import add_relay, list_relays, remove_relay
from federation.commands.reports import close_report, list_reports, show_report
from federation.commands.restored import restored
from federation.commands.serve import migrate, serve, work

APP: Final = App(
    name="essaim",
    help="Publish, follow, fork and adapt proven models across instances.",
    version=__version__,
    result_action="return_value",
)

for _command in (
    demo,
    init,
    opening,
    serve,
    work,
    migrate,
    move_database,
    restored,
    check,
    lookup,
    follow,
    look,
):
    APP.command(_command)

_organisation: Final = App(name="organisation", help="Organisations of this instance.")
_organisation.command(add_organisation, name="add")
_organisation.command(close_organisation, name="close")
_organisation.command(block, name="block")
_organisation.command(unblock, name="unblock")
_organisation.command(add_alias, name="alias")
_organisation.command(remove_alias, name="unalias")
_organisation.command(move, name="move")
_organisation.command(stay, name="stay")
_hosts: Final = App(name="hosts", help="Sites that this instance has nothing to do with.")
_hosts.command(block_host, name="block")
_hosts.command(unblock_host, name="unblock")
_hosts.command(list_hosts, name="list")
_followers: Final = App(name="followers", help="Who may follow an organisation.")
_followers.command(set_approval, name="approval")
_followers.command(list_requests, name="list")
_followers.command(accept, name="accept")
_followers.command(reject, name="reject")
_reports: Final = App(name="reports", help="What the stewards of this instance were told.")
_reports.command(list_reports, name="list")
_reports.command(show_report, name="show")
_reports.command(close_report, name="close")
_member: Final = App(name="member", help="People who act for organisations.")
_member.command(add_member, name="add")
_member.command(invite)
_member.command(recover)
_token: Final = App(name="token", help="Tokens with which programs act.")
_token.command(create_token, name="create")
_token.command(create_admin_token, name="admin")
_model: Final = App(name="model", help="Models.")
_model.command(publish_model, name="publish")
_model.command(fork_model, name="fork")
_archive: Final = App(name="archive", help="A model with its history and proofs, as one file.")
_archive.command(archive.make, name="make")
_archive.command(archive.verify, name="verify")
_archive.command(archive.restore, name="import")
_keys: Final = App(name="keys", help="Keys that actors of this instance sign with.")
_keys.command(rotate, name="rotate")
_keys.command(relock, name="relock")
_mail: Final = App(name="mail", help="What is on its way, and what does not arrive.")
_mail.default(show_mail)
_mail.command(retry)
_mail.command(give_up, name="give-up")
_mail.command(drop)
_mail.command(read_again, name="read-again")
_relays: Final = App(name="relays", help="Relays that this instance takes part in.")
_relays.command(add_relay, name="add")
_relays.command(remove_relay, name="remove")
_relays.command(list_relays, name="list")

_commons: Final = App(name="commons", help="Groups around a theme.")
_commons.command(open_commons, name="open")
_commons.command(list_commons, name="list")
_commons.command(tend_commons, name="tend")

_catalogue: Final = App(name="catalogue", help="What models and organisations are found by.")
_catalogue.command(rebuild, name="rebuild")

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
