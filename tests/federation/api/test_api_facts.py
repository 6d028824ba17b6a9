"""Facts: what programs say, what the wire says, and what peers may say."""

from dataclasses import replace

import pytest
from together.street import a_sheet

from activitypub.canonical_json import Json
from federation.api import facts


@pytest.mark.parametrize(
    ("said", "on_the_wire"),
    [
        ({"family": "hosting"}, {"family": "ess:family-hosting"}),
        ({"family": "ess:family-hosting"}, {"family": "ess:family-hosting"}),
        ({"maturity": "Proven"}, {"maturity": "ess:Proven"}),
        ({"territory": ["FR"]}, {"territory": ["http://data.europa.eu/nuts/code/FR"]}),
        ({"territory": ["http://a.test/x"]}, {"territory": ["http://a.test/x"]}),
        ({"themes": []}, {"themes": []}),
        ({"name": "no fact"}, {}),
    ],
)
def test_what_programs_say_is_kept_as_the_wire_has_it(
    said: dict[str, Json], on_the_wire: dict[str, Json]
) -> None:
    assert facts.given(said) == on_the_wire


@pytest.mark.parametrize(
    ("on_the_wire", "answered"),
    [
        ({"family": "ess:family-hosting"}, {"family": "hosting"}),
        ({"replicationMode": "ess:Dissemination"}, {"replicationMode": "Dissemination"}),
        ({"territory": "http://a.test/x"}, {"territory": ["http://a.test/x"]}),
        ({"maturity": "ess:Legendary"}, {}),
        ({"cost": [{"amount": 3}]}, {}),
        ({"steward": 3}, {}),
    ],
)
def test_what_peers_say_is_answered_as_described_or_left_out(
    on_the_wire: dict[str, Json], answered: dict[str, Json]
) -> None:
    assert facts.answered(replace(a_sheet(), facts=on_the_wire)) == answered
