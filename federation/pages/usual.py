"""The usual words: what the program says where a network has not written a page itself.

Only of what becomes of people's data, because the program knows that better than anybody: what it
keeps, for how long, and whom it tells. Whoever changes one of these things changes the sentence.
"""

from typing import Final

from federation.pages import translating
from federation.pages.translating import N_, gettext

_PRIVACY: Final = (
    (
        "",
        N_(
            "This text comes with the program that runs this site. It says what the program keeps"
            " and sends. Whoever runs the site may keep more, for instance in the log of a web"
            " server in front of it: ask them."
        ),
    ),
    (
        N_("If you only read"),
        N_(
            "Nobody writes down who you are or what you read. No page loads anything from another"
            " site, and nobody counts visits. Your network address is held in memory for a while,"
            " so that whoever asks too often can be slowed down. Two cookies at most: one remembers"
            " the language that you chose, one protects the forms that you send."
        ),
    ),
    (
        N_("If you have an account"),
        N_(
            "We keep your name, your e-mail address, your language, your role in each organisation,"
            " your password in a form that nobody can read, the public half of your passkeys, which"
            " apps you let in, and where you are signed in (what kind of browser, and to the hour"
            " when it was last here). What you have begun to type is kept for you alone. Those who"
            " work in the same organisation see your name and role, its stewards your address too."
            " Other sites are told of organisations, never of you."
        ),
    ),
    (
        N_("What is public, and where it goes"),
        N_(
            "What an organisation publishes is public: its profile, its models, its records, its"
            " answers. It is sent to the sites of those who follow it or are named in it, and they"
            " keep copies. When it is deleted here, those sites are asked to delete it too; we"
            " cannot make them. What is written to named people only goes to their sites, and"
            " whoever runs a site can read what passes through it."
        ),
    ),
    (
        N_("Who else learns something"),
        N_(
            "The mail server of this site carries invitations and lost passwords. If you let an app"
            " notify you, the service of its maker learns that there is a message for your device,"
            " not what it says. Nobody else: no advertisers, no statistics, no services of others"
            " inside these pages."
        ),
    ),
    (
        N_("For how long"),
        N_(
            "Being signed in ends after 30 days; so does the list of letters that were sent, and"
            " that of which sites wrote to us. What was typed and never sent goes after three"
            " months, a closed report after half a year. Everything else stays until somebody"
            " deletes it."
        ),
    ),
    (
        N_("What you can do"),
        N_(
            "Under “My account” you change what we keep of you, or delete your account: then your"
            " name, address and sign-ins are gone. What your organisation published belongs to the"
            " organisation; it can delete it, take it along in files, move to another site, or"
            " close. For everything else, write to who runs this site."
        ),
    ),
)
"""Headings and paragraphs."""


def privacy(language: str) -> str:
    """What becomes of people's data, as Markdown in one of our languages, or in English."""
    known = language if language in translating.LANGUAGES else translating.OTHERWISE
    with translating.speaking(known):
        parts = [
            f"## {gettext(heading)}\n\n{gettext(text)}" if heading else gettext(text)
            for heading, text in _PRIVACY
        ]
    return "\n\n".join(parts)
