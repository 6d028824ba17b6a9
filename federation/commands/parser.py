"""The command line: which words call which command.

Commands that belong together share a first word: `essaim organisation add`. What a command takes
and says in its help is read from its signature and docstring.
"""

from typing import Final

from cyclopts import App

from federation import __version__
from federation.commands.check import check
from federation.commands.commons import list_commons, open_commons, tend_commons
from federation.commands.demo import demo
from federation.commands.enrol import add_member, add_organisation, create_token
from federation.commands.founding import init
from federation.commands.look_up import follow, lookup
from federation.commands.publish import fork_model, publish_model
from federation.commands.serve import migrate, serve

APP: Final = App(
    name="essaim",
    help="Publish, follow, fork and adapt proven models across instances.",
    version=__version__,
    result_action="return_value",
)

for _command in (demo, init, serve, migrate, check, lookup, follow):
    APP.command(_command)

_organisation: Final = App(name="organisation", help="Organisations of this instance.")
_organisation.command(add_organisation, name="add")
_member: Final = App(name="member", help="People who act for organisations.")
_member.command(add_member, name="add")
_token: Final = App(name="token", help="Tokens with which programs act.")
_token.command(create_token, name="create")
_model: Final = App(name="model", help="Models.")
_model.command(publish_model, name="publish")
_model.command(fork_model, name="fork")

_commons: Final = App(name="commons", help="Groups around a theme.")
_commons.command(open_commons, name="open")
_commons.command(list_commons, name="list")
_commons.command(tend_commons, name="tend")

for _group in (_organisation, _member, _token, _model, _commons):
    APP.command(_group)
