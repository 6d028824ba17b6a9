"""Pages: what a person with a browser sees.

Every page is made on the server, is complete without JavaScript, and is readable without an
account. Handlers have four beats: who, what, one transaction, the answer (303 after a change).

Words: people read *model*, *version*, *adaptation* (a fork), *source* (its upstream), *core*; the
words of the protocol never appear. Texts are plain English sentences in the code and the templates;
`translations/` holds what readers of other languages see instead.
"""
