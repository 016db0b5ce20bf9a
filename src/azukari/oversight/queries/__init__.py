"""Reads of oversight, one file per noun. Callers ask this package."""

from azukari.oversight.queries.handling import (
    HandlingPage,
    HandlingRow,
    check_sees,
    get_handling,
    list_handlings,
    sees_handlings,
)
from azukari.oversight.queries.holding import Held, Holding, Used, holding_of, slip_of
from azukari.oversight.queries.odd import OddPage, OddRow, count_waiting, get_odd, lines_of, list_odd
from azukari.oversight.queries.settings import get_settings

__all__ = [
    "HandlingPage",
    "HandlingRow",
    "Held",
    "Holding",
    "OddPage",
    "OddRow",
    "Used",
    "check_sees",
    "count_waiting",
    "get_handling",
    "get_odd",
    "get_settings",
    "holding_of",
    "lines_of",
    "list_handlings",
    "list_odd",
    "sees_handlings",
    "slip_of",
]
