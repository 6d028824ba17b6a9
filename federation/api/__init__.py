"""Programs: Essaim's own JSON API under `/api/essaim/v1`.

Whatever a member can do with a model on a page, a program can do here with a bearer token. Programs
of others rely on these shapes: what is there stays, what is new is optional.

- `operations` is the one table's row; `routes` joins the tables of all files into routes and into
  the OpenAPI document.
- `shapes` and `bodies` read what is sent, all faults at once; `answers` and `schemas` write what is
  returned.
- Errors are problem documents (RFC 9457), made by `federation.refusals`.
"""
