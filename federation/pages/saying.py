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
    "choices-kept": N_("Your choices are kept. Only your organisation sees them."),
    "choice-undone": N_("That choice is undone."),
    "restored": N_("What that version said is published again, as the newest version."),
    "lineage-asked": N_("The sites concerned are being asked. Reload this page in a minute."),
    "lineage-fresh": N_(
        "The sites were asked a short while ago. Below it says when they can be asked again."
    ),
    "merged": N_("Your choices are saved in a new version."),
    "follow-asked": N_("You asked to follow. Their site will answer."),
    "followed": N_("You follow them now."),
    "follow-waits": N_("They decide themselves who follows them. You will be told."),
    "follow-stands": N_("You follow them already."),
    "unfollowed": N_("You no longer follow them."),
    "blocked": N_("You block them. They are being told."),
    "muted": N_("You do not see any more what they publish."),
    "host-blocked": N_("The site is blocked."),
    "block-ended": N_("That is taken back."),
    "moved": N_("Your organisation has moved. Its followers are being told."),
    "stayed": N_("Your organisation is at home here again."),
    "alias-kept": N_("That is saved, and your followers are being told."),
    "pinned": N_("The model is shown first on your page."),
    "unpinned": N_("The model is not shown first any more."),
    "admitted": N_("They follow you now."),
    "dismissed": N_("They do not follow you."),
    "approval": N_("That is saved, and your followers are being told."),
    "closed": N_("The organisation is closed. Other sites are being told."),
    "paused": N_("Saved for later. Only you see it until you send it."),
    "pause-ended": N_("What you had begun there is thrown away."),
    "replied": N_("Your reply is published."),
    "replied-alone": N_("Your reply is on its way to those it is for. Nobody else sees it."),
    "written-alone": N_("Your message is on its way. Nobody sees it but those you name in it."),
    "quoted": N_("Your quote is published."),
    "quote-withdrawn": N_("You no longer agree to that quote. Those who show it are being told."),
    "reworded": N_("The new text is saved. Whoever has the old one is being told."),
    "remark-deleted": N_(
        "The remark is deleted. Sites that hold a copy are being asked to delete it."
    ),
    "liked": N_("You like this. Whoever published it is being told."),
    "unliked": N_("You no longer like this."),
    "boosted": N_("You passed it on to those who follow you."),
    "unboosted": N_("You no longer pass it on."),
    "reported": N_("Thank you. The stewards of this site will look at it."),
    "report-closed": N_("The report is closed."),
    "mail-retried": N_("What waited or was given up is tried again now."),
    "mail-given-up": N_("Given up. “Try again now” takes it back."),
    "mail-dropped": N_("What was given up is thrown away."),
    "mail-read-again": N_("What was put aside is read again now."),
    "read": N_("All notices are marked as read."),
    "signed-in": N_("You are signed in."),
    "signed-out": N_("You are signed out."),
    "commons-opened": N_("The commons is open. Those who follow it are its members."),
    "commons-changed": N_("This is what the commons says of itself now."),
    "said": N_("You said it. The commons passes it on to its members."),
    "tended": N_("Done. The members are being told where it concerns them."),
    "brought": N_("The text is a draft now. Only your organisation sees it."),
    "draft-saved": N_("The draft is saved. Only your organisation sees it."),
    "draft-planned": N_("The draft is saved, and will be published at the time you chose."),
    "draft-called-off": N_("It is not published by itself any more."),
    "draft-discarded": N_("The draft is thrown away."),
    "translation-saved": N_("Saved. Only your organisation sees it until it is published."),
    "translation-dropped": N_("What was prepared there is thrown away."),
    "sources-taken": N_(
        "The new texts of the source are there. What you translated waits for you."
    ),
    "entry-kept": N_("The glossary is saved."),
    "entry-forgotten": N_("The word is struck out."),
    "presented": N_("This is what your profile says now. Those who follow you are being told."),
    "portrayed": N_(
        "This is how your organisation looks now. Those who follow you are being told."
    ),
    "illustrated": N_("The new version is published, with what you changed."),
    "placed": N_("This is where the model stands now. Those who follow it are being told."),
    "proposed": N_("Your proposal is sent. You will be told what they answer."),
    "proposal-accepted": N_("Accepted: it is in a new version, and who proposed it is being told."),
    "proposal-asked": N_("Your question is sent."),
    "proposal-rejected": N_("Declined. Who proposed it is being told why."),
    "proposal-withdrawn": N_("The proposal is withdrawn."),
    "proposals-from": N_("That is saved. It holds for proposals from now on."),
    "recorded": N_("Your record is published. The model’s organisation is being told."),
    "record-draft-saved": N_("The draft is saved. Nobody outside your organisation sees it."),
    "record-draft-thrown": N_("The draft is thrown away."),
    "record-grown": N_("That is added. Whoever has the record is being told."),
    "attested": N_("You said it, and the organisation is being told."),
    "unattested": N_("You took it back. Whoever was told of it is being told."),
    "app-ended": N_("That app may not act for you any more."),
    "messages-stopped": N_("Nothing is sent to wake that app any more. You can take that back."),
    "messages-resumed": N_("That app is told again, of what happens from now on."),
    "opened": N_("Your site is open. Invite those who will work on it with you."),
    "invited": N_("The invitation is on its way by e-mail."),
    "invitation-withdrawn": N_("The invitation is withdrawn. Its link opens nothing any more."),
    "invitation-renewed": N_("There is a new link. The former one opens nothing any more."),
    "invitation-declined": N_("You declined. Nothing was kept."),
    "joined": N_("Welcome. You act for this organisation from now on."),
    "claimed": N_("Your organisation is here. Everybody can see its page now."),
    "profile-declined": N_("You declined. What was prepared is deleted."),
    "appointed": N_("The role is changed."),
    "dismissed-member": N_("This person does not act for the organisation any more."),
    "left": N_("You do not act for that organisation any more."),
    "list-kept": N_("The list is here. Nobody has been written to yet."),
    "list-invited": N_("The invitations are on their way by e-mail."),
    "list-linked": N_("The links are made. Hand each to whom it belongs."),
    "list-undone": N_("The list is taken back. What nobody had claimed is deleted."),
    "entry-removed": N_("The profile is deleted. Its link opens nothing any more."),
    "account-saved": N_("That is saved."),
    "address-asked": N_(
        "Open the link that was sent to the new address; until then, nothing changes."
    ),
    "address-confirmed": N_("The new address is confirmed. Sign in with it from now on."),
    "password-changed": N_("The new password holds. You are signed out everywhere else."),
    "passkey-added": N_("From now on you can sign in with this passkey."),
    "passkey-removed": N_("This passkey does not sign you in any more."),
    "session-ended": N_("That is signed out."),
    "account-deleted": N_("Your account is deleted."),
    "page-written": N_("The page says this from now on. What it said before is kept."),
    "page-restored": N_("The page says again what it said then."),
    "look-changed": N_("From now on, all pages look like this."),
    "look-named": N_("That is the name from now on. Whoever follows the network is being told."),
    "look-undone": N_("All pages look as they did before."),
    "look-plain": N_("All pages look as they did in the beginning."),
    "acting": N_("From now on you act for this organisation."),
}


def sentence(word: str | None) -> str | None:
    """The sentence for a word of the list; None for any other."""
    return SENTENCES.get(word) if word else None


def address(path: str, word: str) -> str:
    """A page of ours that will say this."""
    return str(URL(path, encoded=True).update_query(said=word))
