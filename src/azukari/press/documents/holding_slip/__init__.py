"""お預かり控え: one sheet for a person whose number the office keeps, with the way to the person's own page."""

from azukari.press.documents.holding_slip.page import render
from azukari.press.documents.holding_slip.slip import HoldingSlip

__all__ = ["HoldingSlip", "render"]
