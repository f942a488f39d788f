"""What is folded column by column comes to what the fold's states come to, whatever happened."""

from hypothesis import given

from shared.rulebook.contribution import in_order
from shared.rulebook.outcome import Outcomes, outcome_of
from tests.properties.rulebook.worlds import worlds
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter


@given(worlds())
def test_every_outcome_is_that_of_the_folds_state(world: LedgerWriter) -> None:
    record = gathered(world.entries, world.documents)
    outcomes = Outcomes(record.definitions)
    for _ in range(2):  # the second time much is remembered
        for (learner, competency), state in record.states().items():
            own = record.records[learner]
            pieces, overrides = own.contributions.get(competency, ()), own.overrides.get(competency, ())
            outcome = outcomes.of(record.learners[learner], competency, in_order(pieces), overrides)
            assert outcome == outcome_of(state)
