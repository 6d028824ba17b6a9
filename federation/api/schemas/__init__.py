"""Schemas: the JSON Schema (2020-12) of every answer, as the OpenAPI document names it.

`answers` writes what is described here; a test compares real answers with these schemas. No answer
has a member that is not described. `everything` has them all.
"""
