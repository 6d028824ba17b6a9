"""Provenance: what a new version of a sheet says about where its texts come from.

When its author says nothing.

A person who edits a form, or a program that sends a sheet, gives names and texts. Where each text
comes from follows from what was there before:

- a section keeps its tie to the upstream section it was taken from;
- an unchanged text keeps what was known of it;
- a new text in a language other than the source's is a translation of the source text as it now
stands, unless the
  author says that she adapted this section (a modification): then it was written for itself.

The source's language is the sheet's own for an original, and the upstream's for a section that was
taken from there: an Italian fork of a French model translates from French, although Italian is its
own language.
"""

from collections.abc import Collection
from dataclasses import replace

from activitypub.multihash import digest_of
from actors.rules.sections import Section, Sheet


def carried(
    before: Sheet | None, after: Sheet, *, upstream_language: str | None, adapted: Collection[str]
) -> Sheet:
    """`after` with its provenance filled in from `before`.

    Args:
        before: the version that was edited; None for a first one.
        after: what the author gives, cleaned.
        upstream_language: the language of the source, for a fork.
        adapted: keys of the sections that the author says she adapted.
    """
    return after.with_sections(
        _carried(
            before.section(one.key) if before else None,
            one,
            own_language=after.language,
            upstream_language=upstream_language,
            is_adapted=one.key in adapted,
        )
        for one in after.sections
    )


def _carried(
    before: Section | None,
    after: Section,
    *,
    own_language: str,
    upstream_language: str | None,
    is_adapted: bool,
) -> Section:
    upstream = after.upstream or (before.upstream if before else None)
    upstream_digests = after.upstream_digests or (before.upstream_digests if before else {})
    source = upstream_language if upstream and upstream_language else own_language
    source_digest = (
        digest_of(after.texts[source]) if source in after.texts else upstream_digests.get(source)
    )
    translated_from = {}
    for language, text in after.texts.items():
        if language in after.translated_from:
            translated_from[language] = after.translated_from[language]
        elif before is not None and before.texts.get(language) == text:
            if language in before.translated_from:
                translated_from[language] = before.translated_from[language]
        elif language != source and source_digest is not None and not is_adapted:
            translated_from[language] = source_digest
    return replace(
        after, upstream=upstream, upstream_digests=upstream_digests, translated_from=translated_from
    )
