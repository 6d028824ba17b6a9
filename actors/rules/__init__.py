"""Rules: decisions about models, licences and rights, as pure functions.

Nothing here reads a row, a clock or the network: the same values in give the same answer out, so
that every instance of the federation judges alike and every rule can be tested by a table of cases.

The words:

- A *sheet* is the whole text of one version of a model; it is made of *sections*.
- A section has a *key* (its identity inside the model, stable for ever), a *role* (what it is
  about), an *adaptability* (core, adaptable, optional) and texts by language.
- A *digest* identifies a text: identical text has an identical digest on every instance.
- A *translation* declares, by a digest, which text it translates; a text that declares nothing was
  written for itself.
"""
