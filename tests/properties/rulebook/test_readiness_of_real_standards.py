"""Readiness over the whole graph of the real standards, beside the oracle."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.importing.frameworks import read_framework
from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.readiness import NO_EVIDENCE, Standing, judged, standings
from shared.rulebook.state import Status
from tests.support import readiness_oracle as oracle

REAL = Path(__file__).parents[4] / "shared" / "data" / "ccss-math"
KNOWN = {Status.MASTERED: "yes", Status.NOT_YET: "no", Status.SLIPPED: "slipped", Status.NO_EVIDENCE: "nobody knows"}

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not REAL.exists(), reason=f"the real standards are not here ({REAL})"),
]


@pytest.fixture(scope="module")
def standards() -> Prerequisites:
    return Prerequisites.of([read_framework(REAL / "case-package.json", REAL / "prerequisites.csv").document])


@settings(max_examples=5)
@given(random=st.randoms(use_true_random=False))
def test_readiness_and_its_reasons_are_the_oracles(standards: Prerequisites, random: Random) -> None:
    of = {id_: random.choice(list(KNOWN)) for id_ in standards.members}
    seen = standings(standards, {id_: Standing(status) for id_, status in of.items()}, lambda _: NO_EVIDENCE)
    rests_on = {id_: set(standards.rests_on.get(id_, ())) for id_ in standards.members}
    known = {id_: KNOWN[status] for id_, status in of.items()}
    for id_ in standards.members:
        one = judged(id_, seen)
        assert one.readiness == oracle.ready(id_, rests_on, known)
        assert set(one.first) == oracle.first_gaps(id_, rests_on, known)
        assert set(one.find_out) == oracle.find_out(id_, rests_on, known)
