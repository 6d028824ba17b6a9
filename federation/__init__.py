"""The instance, talking: every connection and every process.

This floor opens and accepts connections, starts and stops things and reads the environment. It owns
no table and writes no SQL: what is remembered belongs to `actors`, what is computed to
`activitypub`. Imports point down only.
"""

__version__ = "0.1.0"
