"""What we offer to the person whom we keep waiting: a panel before there is a decision, and places outside."""

from engage.domain.case import CaseClass
from engage.domain.lifecycle import OFFERED_A_PANEL
from engage.models import Case


def can_be_offered(case: Case) -> bool:
    """Whether the person is told of other ways when we are late.

    What is no grievance is answered and not appealed (product 3). In the restricted lane nothing is pressed upon the
    survivor by a clock (domain 5.4): the focal point speaks with them.
    """
    return not case.kind.takes_short_road and case.class_ is not CaseClass.RESTRICTED


def offer_panel(case: Case) -> bool:
    """Open the way to a panel before the case is closed; False where none is offered, or one has it already."""
    if not can_be_offered(case) or case.stage not in OFFERED_A_PANEL:
        return False
    case.panel_offered = True
    return True
