"""Saying: one sentence after a change, on the page that follows.

After a form, the browser is sent to another page (303). What happened travels in its address as a
word of this closed list, so that nobody can make our pages say something else.
"""

from typing import Final

from yarl import URL

from federation.pages.translating import N_

SENTENCES: Final = {
    "published": N_("Your model is published. Those who follow you are being told."),
    "revised": N_("The new version is published. Those who follow you are being told."),
    "deleted": N_("The model is deleted. Sites that hold a copy are being asked to delete it."),
    "forked": N_("Your adaptation is published. You can now change it section by section."),
    "merged": N_("Your choices are saved in a new version."),
    "follow-asked": N_("You asked to follow. Their site will answer."),
    "unfollowed": N_("You no longer follow them."),
    "replied": N_("Your reply is published."),
    "read": N_("All notices are marked as read."),
    "signed-in": N_("You are signed in."),
    "signed-out": N_("You are signed out."),
    "commons-opened": N_("The commons is open. Those who follow it are its members."),
    "commons-changed": N_("This is what the commons says of itself now."),
    "said": N_("You said it. The commons passes it on to its members."),
    "tended": N_("Done. The members are being told where it concerns them."),
    "placed": N_("This is where the model stands now. Those who follow it are being told."),
    "acting": N_("From now on you act for this organisation."),
}


def sentence(word: str | None) -> str | None:
    """The sentence for a word of the list; None for any other."""
    return SENTENCES.get(word) if word else None


def address(path: str, word: str) -> str:
    """A page of ours that will say this."""
    return str(URL(path, encoded=True).update_query(said=word))
