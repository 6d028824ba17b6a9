"""What is said when something is refused, so that it can be translated.

The floors below speak plain English and know nothing of languages. A sentence with a number or a
name in it is written here with a hole; `words.say` finds the sentence that fits. A test reads the
sources of what pages call, and fails when one of its refusals is missing here, or is here in vain.
"""

from typing import Final

from federation.pages.translating import N_

SHEETS: Final = (
    N_("This sheet cannot be published yet."),
    N_("This is not a language tag such as fr, en or pt-BR."),
    N_("This is not a licence we know; use an SPDX id or LicenseRef-…."),
    N_("A name in the source language is missing."),
    N_("A sheet needs at least one section."),
    N_("A sheet has at most %(number)s sections."),
    N_("A key is 1 to %(number)s of a-z, 0-9 and the hyphen."),
    N_("A section needs a name."),
    N_("A section needs a text."),
    N_("This is %(number)s characters long; at most %(most)s are allowed."),
    N_("This contains an invisible control character."),
    N_("The sheet is %(number)s bytes; at most %(most)s are allowed."),
    N_("A summary is one paragraph."),
    N_("Another section has the same key."),
    N_("There is no text in this language."),
    N_("This is not a digest by language."),
    N_("This is not a digest."),
    N_("This is not the address of a section."),
    N_("A fact is not plain JSON (a number out of range, or a broken text)."),
    N_("One of the sheets has changed since they were compared."),
    N_("There is no version before this one."),
    N_("This app has asked for no messages."),
    N_("References are given as bibtex or csl."),
    N_("These are more choices than two sheets can have."),
    N_("Say why, for those who follow the model."),
    N_("There is no such version of this model here."),
    N_("This is what the newest version says."),
    N_("This is not a choice that can be made here."),
    N_("Both sides changed these sections, so each needs a choice"),
)
"""`actors.rules.sections` and `actors.rules.merging`."""

FACTS: Final = (
    N_("This is not an amount."),
    N_("The highest amount is below the lowest."),
    N_("This is not a currency that we know, such as EUR."),
    N_("This is not a year such as 2024, or a day such as 2024-05-31."),
)
"""`actors.rules.facts`."""

PEOPLE: Final = (
    N_("This is not an e-mail address."),
    N_("A handle has 1 to %(number)s characters."),
    N_("A handle is made of a-z, 0-9 and _, with dots and hyphens only inside."),
    N_("This handle is reserved."),
    N_("A password has at least %(number)s characters."),
    N_("This password is among those that are guessed first. Three or four words are good."),
    N_("This password is your own name or address, which anybody can guess."),
    N_("Somebody signs in with this address already. If it is you, sign in first."),
    N_("Somebody signs in with this address already."),
    N_("%(email)s acts for %(handle)s already"),
    N_("the name %(handle)s is taken"),
    N_("this database holds an instance already"),
    N_("An invitation stands for a day, a week or a month."),
    N_("At most %(number)s invitations stand at a time. Withdraw some first."),
    N_("This person acts for the organisation already."),
    N_("There is no such invitation."),
    N_("This invitation was used, withdrawn, or has come to its end. Ask for a new one."),
    N_("There is no such link."),
    N_("This link was used, or has come to its end. Ask for a new one."),
    N_("The last steward cannot leave. Make somebody else steward first."),
    N_("You are the last steward of %(name)s. Make somebody else steward first, or close it."),
    N_("This person does not act for the organisation."),
    N_("There is no such member."),
    N_("A name has 1 to %(number)s characters."),
    N_("This is longer than %(number)s characters."),
    N_("This page is out of date. Reload it and try again."),
    N_("At most %(number)s passkeys can be kept. Remove one first."),
    N_("This passkey is known already."),
    N_("There is no such passkey."),
    N_("This is your only way to sign in. Choose a password first."),
    N_("This passkey did not work. Try again, or sign in with your password."),
    N_("The mail server does not know this address."),
    N_("The mail server refused the letter (%(number)s)."),
    N_("The mail server cannot be reached."),
)
"""Invitations, links, roles, accounts; passwords, passkeys, letters."""

ROSTERS: Final = (
    N_("This list is too large: at most %(number)s kilobytes."),
    N_("This file is no list as CSV. Save it as CSV in your spreadsheet."),
    N_("This list is empty."),
    N_("The first line must name the columns; name and e-mail address are needed."),
    N_("This list is too long: at most %(number)s organisations at a time."),
    N_("This list names no organisation."),
    N_("The name is missing."),
    N_("The name is longer than %(number)s characters."),
    N_("A field is longer than %(number)s characters."),
    N_("The description is longer than %(number)s characters."),
    N_("The e-mail address is missing: nobody could be invited."),
    N_("“%(said)s” is not an e-mail address."),
    N_("Another line, or an earlier list, has this e-mail address."),
    N_("The handle %(handle)s is taken."),
    N_("“%(said)s” is not a language tag such as fr or en."),
    N_("“%(said)s” is not a country that we know; codes such as FR are good."),
    N_("“%(said)s” is not a year, or a day such as 2019-05-31."),
    N_("“%(said)s” is not the address of a website."),
    N_("No line of this list can be taken in."),
    N_("At most %(number)s profiles can wait to be claimed."),
    N_("There is no such list."),
    N_("There is no such profile that waits to be claimed."),
    N_("This profile was claimed already, or the link has come to its end. Ask for a new one."),
)
"""`actors.rules.rosters` and `actors.verbs.rostering`."""

DRAFTS: Final = (
    N_("This is too large for a draft."),
    N_("An organisation has at most %(number)s drafts."),
    N_("An organisation has at most %(number)s drafts of records."),
    N_("A draft of a record has at most %(number)s characters."),
    N_("This model was deleted."),
    N_("This draft was published or thrown away meanwhile."),
    N_("There is no such draft here."),
    N_("This time has passed."),
    N_("This is more than a year ahead."),
    N_("Another version was published since this draft was begun."),
    N_("Something went wrong here; the log of this site says more."),
    N_("There is no such form here."),
    N_("This is too much to be kept for later."),
    N_("You have begun %(number)s texts. Send some, or throw them away, first."),
    N_(
        "You went on with this text in another window. What stands here is not saved: copy it, then"
        " reload the page."
    ),
)
"""`actors.verbs.drafting` and the worker that publishes."""

TRANSLATIONS: Final = (
    N_("This translation cannot be saved yet."),
    N_("Only the organisation that published a model can translate it."),
    N_("There is no translation here that could be confirmed."),
    N_("Nothing is prepared in this language."),
    N_("Somebody else prepared something there meanwhile."),
    N_("Something else was published meanwhile where this translation belongs."),
    N_("Translate the title first: the model is to be known by it."),
    N_("There is nothing here to translate from."),
    N_("This text was written for itself in this language: change it in the edit form."),
    N_("This is no entry of a glossary."),
    N_("A glossary has at most %(number)s entries."),
    N_("This is not a table with one entry a line."),
    N_("Some lines of the table are no entries."),
    N_("A line has a word, its language, the equivalent and the language of that."),
    N_("Please write the word."),
    N_("The two languages are the same."),
    N_("Please write how it is said, or a note that explains it."),
    N_("A word of a glossary has no stars and no brackets; put them into the note."),
    N_("This glossary has an entry for that word already."),
    N_("There is no such entry in this glossary."),
    N_("This model has no entries of its own."),
    N_("The sheet says all of this already."),
)
"""`actors.rules.translations`, `actors.rules.glossaries` and the verbs beside them."""

LICENCES: Final = (
    N_("This names no licence that we can read."),
    N_("This licence allows no derivatives: the text may be shared, not adapted."),
    N_("The licence asked for the fork is not one we know."),
    N_("We do not know the licence of the source, so we cannot fork it."),
    N_("We do not know this licence, so a fork has to keep it."),
    N_("We do not know this licence: read it before you fork. The fork keeps it."),
    N_("The text is free of conditions; the fork stays so."),
    N_("Share alike: the fork keeps the licence of its source and credits it."),
    N_("The fork keeps the licence of its source and credits it."),
    N_("This licence may follow the one of the source, which the fork credits."),
    N_("Share alike: a fork has to keep the licence of its source."),
    N_("The source asks for credit, which this choice would give away."),
    N_("The fork chooses its own licence and credits its source as that one asks."),
)
"""`actors.rules.licences`."""

SEARCHES: Final = (
    N_("This cannot be searched for."),
    N_("Please search for at most %(number)s characters."),
    N_("Please search for at most %(number)s words."),
    N_("What is looked for must be a model, an organisation or a commons."),
    N_("This must be one word of at most %(number)s characters."),
)
"""`actors.rules.wishes`."""

OFFICES: Final = (
    N_("Only stewards and editors publish in this name."),
    N_("Only stewards and editors follow in this name."),
    N_("Only stewards, editors and translators work at translations."),
    N_("Only stewards manage members."),
    N_("Only stewards of the network administer this instance."),
)
"""`actors.rules.permissions`."""

VERBS: Final = (
    N_("an organisation does not follow itself"),
    N_("the network of an instance cannot be closed"),
    N_("only what is one's own can be pinned"),
    N_("only what everybody may see can be pinned"),
    N_("At most %(number)s things can be pinned; unpin one first."),
    N_("this account has moved; follow it where it is now"),
    N_("this organisation has moved, and says nothing new here"),
    N_("this organisation has moved already"),
    N_("this organisation has not moved"),
    N_("the network of an instance cannot move away from it"),
    N_("the new account is on this site; nothing needs to move"),
    N_("the new account does not say that it is also known as the old one"),
    N_("the new account has moved away itself"),
    N_("the new account is blocked here, or gone"),
    N_("an account moves at most once in %(number)s days"),
    N_("That is not the address of an account."),
    N_("An organisation is known as itself already."),
    N_("An organisation has at most %(number)s other addresses."),
    N_("they do not want to be followed by this organisation"),
    N_("they are blocked here; take that back first"),
    N_("an organisation does not block itself"),
    N_("an organisation does not mute itself"),
    N_("%(name)s is not blocked here"),
    N_("That is not the name of a site, such as site.example."),
    N_("That is this site itself."),
    N_("Give a reason of at most %(number)s characters."),
    N_("this account no longer exists"),
    N_("%(one)s follows %(other)s already"),
    N_("nobody here asked to follow the speaker"),
    N_("there is no such organisation here"),
    N_("A fork is one of %(kinds)s."),
    N_("the source was deleted"),
    N_("this model is no fork of a model known here"),
    N_("there is nothing new since it was last taken"),
    N_("That is no relative of this model whose text is kept here."),
    N_("there is no such section"),
    N_("There is no such section."),
    N_("nothing has changed since the newest version"),
    N_("Somebody has published another version meanwhile."),
    N_("only its own organisation can change a model; fork it instead"),
    N_("this model was deleted"),
    N_("This is too long for other servers to read; shorten it, or publish two models."),
    N_("what was passed on has no author that can be read"),
    N_("Write something of at most %(number)s characters."),
    N_("Only what everybody may see can be passed on."),
    N_("Only its own organisation can change a remark."),
    N_("This remark was deleted."),
)
"""`actors.verbs`: following, forking, publishing, remarking, liking, rewording."""

REPORTS: Final = (
    N_("an organisation does not report itself"),
    N_("your organisation has reported a lot today; tell more tomorrow"),
    N_("There is no such report here."),
    N_("this report is closed already"),
    N_("Say in at most %(number)s characters what was done."),
    N_("Say it in at most %(number)s characters."),
    N_("This is no kind of report."),
    N_("These are too many posts, or not all of them are theirs."),
    N_("nothing of this instance is reported"),
    N_("there are many open reports of that host"),
)
"""`actors.verbs.reporting`."""

QUOTES: Final = (
    N_("Only what everybody may see can quote and be quoted."),
    N_("Its author does not want it to be quoted."),
    N_("There is no such quote."),
    N_("Only the author of what is quoted may withdraw consent."),
)
"""`actors.verbs.quoting`."""

LOOKING_UP: Final = (
    N_("that organisation was deleted"),
    N_("there is nobody at that address"),
    N_("nobody here has that name"),
    N_("there is nothing at that address"),
    N_("There is something else at that address than an organisation, a model or a note."),
    N_("that note was deleted"),
    N_("There is a version at that address whose model cannot be read."),
    N_("that model was deleted"),
    N_("That is neither a handle such as @name@host nor an address."),
)
"""`federation.lookup`, as far as it is asked by people."""

ELSEWHERE: Final = (
    N_("Their site does not answer at the moment. Please try again later."),
    N_("Their site knows nothing under this name or address."),
    N_("No site of this name can be found. Check how it is spelt, or try again later."),
    N_("Their site refused to show it to us."),
    N_("This address cannot be called from here."),
    N_("Their site answered something that we do not understand."),
)
"""What `elsewhere.plainly` says of other sites."""

PAGES: Final = (
    N_("This app is not registered here. Remove it and add your account again."),
    N_("This app asks us to answer to an address that it has not registered."),
    N_("There is no such page."),
    N_("This model is not an adaptation of ours."),
    N_("Only the organisation that published a model can change it."),
    N_("There is no such model here."),
    N_("This model was deleted by its organisation."),
    N_("We do not know this version."),
    N_("We do not know this organisation."),
    N_("Nobody here has that name. Whoever is on another site is written @name@site.example."),
    N_("This organisation has left."),
    N_("They have not asked to follow you."),
    N_("The site of this organisation is blocked here."),
    N_("This is not an organisation or a person one can follow."),
    N_("There is no such remark here."),
    N_("You may not act for this organisation."),
    N_("There is no such file."),
    N_("There is no such map."),
    N_("That was too often. Please wait a little."),
    N_("Something went wrong here. Please tell us the number %(number)s."),
    N_("Not Found"),
    N_("Method Not Allowed"),
)
"""Our own, those of `federation.refusals`, and what aiohttp says for an unknown address."""

COMMONS: Final = (
    N_("This is not a language tag."),
    N_("A commons has a name in its own language."),
    N_("A name has at most %(number)s characters."),
    N_("A summary has at most %(number)s characters."),
    N_("The rules have at most %(number)s characters."),
    N_("A family is a word of a-z, 0-9 and hyphens."),
    N_("This is not a commons."),
    N_("The model stands there already."),
    N_("There is no such commons here."),
    N_("There is no such model of yours."),
    N_("This account has not asked to join."),
    N_("A commons has at most %(number)s pinned things."),
    N_("Those who tend a commons cannot be kept out of it."),
    N_("This account is not kept out."),
    N_("Only organisations of this site tend its commons."),
    N_("This organisation does not tend it."),
    N_("Somebody has to tend a commons: appoint another organisation first."),
    N_("Only those who tend this commons do that."),
    N_("This does not stand in the commons."),
    N_("Say why, in at most %(number)s characters."),
    N_("Say who is meant."),
)
"""`actors.rules.commons` and the verbs of a commons."""

PROPOSALS: Final = (
    N_("There is no such proposal here."),
    N_("This proposal was withdrawn."),
    N_("This proposal was answered already."),
    N_("Who proposed this has closed the account: the proposal is void."),
    N_("This proposes no change."),
    N_("A proposal has at most %(number)s sections."),
    N_("A section is named twice."),
    N_("A reason has at most %(number)s characters."),
    N_("Take at least one section, or decline the proposal."),
    N_("This model is your own: change it yourself."),
    N_("Only who made a proposal can withdraw it."),
    N_("Only who made a proposal can make it anew."),
    N_("This proposal was accepted: what it said is part of the model now."),
    N_("%(number)s proposals of yours wait there already: let them be answered."),
    N_("This is not an adaptation of ours of that model."),
    N_("Proposals of yours are not taken here."),
    N_("This organisation takes no proposals at present."),
    N_("This organisation takes proposals from its followers only."),
    N_("Too many proposals from your site wait here already."),
    N_("The version that the proposal starts from is none of this model's."),
    N_("The proposal is not what its digest says."),
    N_("What the proposal comes from is somebody else's."),
    N_("Only the organisation that published a model can answer proposals for it."),
)
"""`actors.rules.proposals`, and the verbs of proposals."""

ARCHIVES: Final = (
    N_("The archive holds %(name)s twice."),
    N_("This is no archive: it does not begin as one."),
    N_(
        "The archive was changed or broken off at byte %(number)s: these are not the bytes that "
        "its members make."
    ),
    N_("%(name)s is compressed or encrypted; members stand as they are."),
    N_("%(name)s is damaged: its bytes do not have the check sum they came with."),
    N_("No member of an archive is called %(name)s."),
    N_("%(name)s has %(number)s bytes; %(most)s is the most that is read."),
    N_("An archive has %(number)s members at most."),
    N_("An archive has %(number)s MiB at most."),
    N_("The archive is broken off."),
    N_("This is no archive of a model: it has no %(name)s."),
    N_("This is no archive of a model, or one of an edition that is not known here."),
    N_("The archive was altered."),
    N_("It is listed in the manifest, and missing."),
    N_("It is not listed in the manifest."),
    N_("It was altered: its digest is not the one in the manifest."),
    N_("Its size is not the one in the manifest."),
    N_("It does not list what is there, or members do not go by their names."),
    N_("The archive holds no version of its model."),
    N_("Nothing in the archive shows this file."),
    N_("Its bytes are not those that a version shows."),
    N_("It is of another kind than its name says."),
    N_("It is no model that can be understood."),
    N_("It is at another version than the newest one in the file."),
    N_("It is not a version of this model by its author."),
    N_("It is no version of a model."),
    N_("It is no record of practice."),
    N_("It is nothing that is said of a record."),
    N_("The record that it is about is not in the file."),
    N_("It cannot be: %(name)s."),
    N_("It does not stand at the address of a version of its model."),
    N_("Its author is of another site than the model."),
    N_("It does not follow version %(number)s that is in the file."),
    N_("Its proof does not hold: %(name)s."),
    N_("This is another organisation's; only its own members bring it back."),
    N_(
        "%(name)s could not be asked for its keys, and we do not know those in the archive "
        "(%(number)s): anybody could have made it. An operator who has compared them can say so "
        "with `essaim archive import --key`."
    ),
    N_("The document of %(name)s in the archive is not proven."),
    N_("Its author could not be asked for its keys."),
    N_("Its author was deleted."),
    N_("This instance has nothing to do with the site of its author."),
    N_("%(name)s is not signed with a key that its author has by what we know."),
    N_("No version in it carries a proof: nothing says who made them."),
    N_("It carries no proof: nothing says who made it."),
    N_("This model was deleted."),
    N_("That organisation of ours was closed."),
    N_("These are no addresses of models here."),
    N_(
        "This is said to be by %(name)s, which lives here, and is not signed with its keys. An "
        "operator who knows that it is ours can say so with `essaim archive import --ours`."
    ),
    N_("This model was deleted by its organisation, and stays so."),
    N_("Here this model belongs to somebody else."),
    N_("Other words are known here under the same version"),
    N_("%(name)s is not known here; add that organisation first."),
    N_("This model has said more than one archive holds."),
    N_(
        "This model has said more than a file that is sent here holds. An operator can make a"
        " larger one with `essaim archive make`."
    ),
    N_("Its organisation has deleted this model."),
    N_("At its own address this model belongs to somebody else."),
)
"""Of archives: `actors.documents` and the verbs that restore."""

FILES: Final = (
    N_("A file may have %(number)s MB at most."),
    N_("This is no JPEG, PNG, GIF, WebP, AVIF or PDF."),
    N_("This PDF is cut off, or something is hidden behind its end."),
    N_("files cannot be written down just now"),
    N_("The form could not be read"),
    N_("Several files of your organisation are under way: wait for them."),
    N_("The picture cannot be read: it is damaged, or something else."),
    N_("The picture has more than %(number)s million pixels."),
    N_("Too many pictures are being prepared just now: try again in a minute."),
    N_("Your organisation has no room for more files here: delete some first."),
    N_("Say in words what the picture shows, for those who do not see it."),
    N_("Something that was published shows this file: it stays as long as that."),
    N_("There is no such picture."),
    N_("There is no such app here."),
    N_("This file has been lost here."),
    N_("A model has %(number)s files at most beside its picture."),
    N_("This very file is there already."),
    N_("This has to be a picture."),
    N_("A colour is written as # and six digits, such as #0f6b5e."),
    N_("Nothing has been changed here yet."),
    N_("There is no network here yet."),
)
"""Of files: `federation.files.uploads`, `federation.files.darkroom`, `actors.verbs.picturing`."""
TEXTS: Final = (
    N_("This kind of file cannot be read. Save it as DOCX, ODT, Markdown or HTML and try again."),
    N_("This document cannot be read: it is damaged, or something else."),
    N_("This document is too long to become one sheet."),
    N_("There is no text in this document."),
    N_("There is no page with a text at this address."),
    N_("This is not the address of a page. It begins with https://"),
    N_("Too many texts are being read just now: try again in a minute."),
)
"""Of texts that people bring: `federation.files.reading_room`."""
RECORDS: Final = (
    N_("Please say how far you are."),
    N_("This record is not complete."),
    N_("Please give it a title."),
    N_("Please say in one sentence what you do."),
    N_("Please choose a territory of the list, such as ITH5."),
    N_("Please say what was measured."),
    N_("Please give a smaller number, in a larger unit."),
    N_("Please write something, or leave it out."),
    N_("This day is still to come."),
    N_("At most %(number)s characters."),
    N_("Please say what this leads to."),
    N_("Please give an address that begins with https://."),
    N_("One record holds %(number)s at most; begin another one."),
    N_("This is before %(number)s."),
    N_("Only its own organisation adds to a record."),
    N_("This record was deleted."),
    N_("Nothing was added."),
    N_("Only who said it can take it back."),
    N_("That was taken back already."),
    N_("Nobody vouches for itself: ask the source, or a network."),
    N_("This statement is not complete."),
    N_("There is no such statement here."),
    N_("This statement was taken back."),
    N_("There is no such record here."),
    N_("This record was deleted by its organisation."),
    N_("A record of practice only grows: add to it on its own page."),
    N_("Please say in a few words what you have seen."),
    N_("The period ends before it begins."),
    N_("There is no such section in this version."),
    N_("One statement holds %(number)s links at most."),
)
"""Of records of practice and what is said of them."""

NETWORK_PAGES: Final = (
    N_("A page has at most %(number)s languages."),
    N_("There are at most %(number)s house rules."),
    N_("A house rule has at most %(number)s characters."),
    N_("What explains a rule has at most %(number)s characters."),
    N_("Say the rule itself, not only what explains it."),
    N_("Somebody else changed this page meanwhile."),
    N_("There is no such version of this page."),
    N_("This network has not written such a page."),
    N_("There is no such language."),
)
"""`actors.rules.network_pages`, and the pages that show and write them."""

PATTERNS: Final = (
    *NETWORK_PAGES,
    *FILES,
    *RECORDS,
    *ARCHIVES,
    *COMMONS,
    *SHEETS,
    *FACTS,
    *DRAFTS,
    *PEOPLE,
    *ROSTERS,
    *LICENCES,
    *SEARCHES,
    *OFFICES,
    *TRANSLATIONS,
    *VERBS,
    *QUOTES,
    *PROPOSALS,
    *REPORTS,
    *LOOKING_UP,
    *ELSEWHERE,
    *PAGES,
)
