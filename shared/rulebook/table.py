"""The one table of methods, by id. Nothing registers itself: a method is here, or it does not exist.

To add one: a generator and its row in a module of `families`, its vectors in `tests/replay/rulebook/vectors`, and the
page anew (`python -m tests.support.methods_page`). An id never changes its meaning; another formula is a new number.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.rulebook.families.artemis import ARTEMIS
from shared.rulebook.families.ascertain import ASCERTAIN
from shared.rulebook.families.bkt import BKT
from shared.rulebook.families.canvas_methods import CANVAS
from shared.rulebook.families.ilias import ILIAS
from shared.rulebook.families.kolibri import KOLIBRI
from shared.rulebook.families.marzano import MARZANO
from shared.rulebook.families.moodle import MOODLE
from shared.rulebook.families.openedx import OPENEDX
from shared.rulebook.families.recent import RECENT
from shared.rulebook.families.rollups import ROLLUPS
from shared.rulebook.families.totara import TOTARA
from shared.rulebook.method import Method, Takes

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        method.id: method
        for family in (
            ASCERTAIN,
            CANVAS,
            MARZANO,
            RECENT,
            KOLIBRI,
            BKT,
            OPENEDX,
            MOODLE,
            ROLLUPS,
            ARTEMIS,
            TOTARA,
            ILIAS,
        )
        for method in family
    }
)

FOR_POLICIES: Mapping[str, Method] = MappingProxyType(
    {name: method for name, method in METHODS.items() if method.takes is not Takes.CHILDREN}
)
"""Those that make one value of the contributions to a competency, which a policy may name."""

FOR_ROLL_UPS: Mapping[str, Method] = MappingProxyType({method.id: method for method in ROLLUPS})
"""Those by which a policy may say how a parent stands by its children."""
