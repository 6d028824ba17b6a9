"""The domain, remembered: who exists, what they did, what we owe to whom.

Rows (`tables`), decisions (`rules`), what may happen (`verbs`), what one may ask (`views`), a row
as the world sees it (`documents`) and each actor's boxes (`mail`). No socket and no web framework;
time and ids come from `Site`.
"""
