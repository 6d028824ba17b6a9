"""Compiled templates, kept in files as Python keeps its modules.

To compile all takes three seconds of one core, to read them a twentieth of one. They are in the
folder of this user's temporary files that Jinja makes and checks: nobody else may write there,
because what is read is run. Where none can be, every process compiles for itself.
"""

import hashlib
import pickle
from contextlib import suppress
from functools import cache
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, FileSystemBytecodeCache


class Compiled(FileSystemBytecodeCache):
    """Jinja's own, for which a file that cannot be read or written is none.

    Args:
        directory: where; None for the folder of Jinja's.

    Raises:
        OSError, RuntimeError: there can be no such folder, or others may write in it.
    """

    def get_source_checksum(self, source: str) -> str:
        """What says whether a file is of this text and was made by this program."""
        return super().get_source_checksum(source + compiler())

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read it, if it is there and whole."""
        with suppress(OSError, EOFError, pickle.UnpicklingError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write it, if there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def compiler() -> str:
    """What compiles: Jinja, and the modules beside this one, whose filters are run meanwhile."""
    ours = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in ours))
    return jinja2.__version__ + digest.hexdigest()


def kept() -> Compiled | None:
    """What keeps them, if anything may."""
    try:
        return Compiled()
    except (OSError, RuntimeError):
        return None
