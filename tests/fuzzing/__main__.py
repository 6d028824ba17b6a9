"""Fuzz one parser with coverage: `make fuzz PARSER=html SECONDS=600`.

What upsets a parser is written to `crash-…` beside the corpus, and its exit status is not 0. The
corpus is kept in `.fuzz/<parser>` and grows from run to run.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["activitypub", "federation.transport"]):
    from fuzzing.parsers import PARSERS, seeds

    from activitypub.errors import ProtocolError


def main() -> None:
    """Run atheris over the parser that is named, for so many seconds."""
    name, seconds = sys.argv[1], sys.argv[2]
    corpus = Path(".fuzz") / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, body in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(body)

    def one(body: bytes) -> None:
        try:
            PARSERS[name](body)
        except ProtocolError:
            return

    options = [f"-max_total_time={seconds}", "-timeout=5", f"-artifact_prefix={corpus}/"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
