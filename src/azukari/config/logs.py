"""The log filter: no line leaves with a run of twelve digits, no trace with local values in it."""

from __future__ import annotations

import logging

from azukari.kernel.text import mask_long_digits


class MaskNumbers(logging.Filter):
    """Masks runs of twelve or more digits in a finished log line. A second line of defence, not the first."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask_long_digits(record.getMessage())
        record.args = ()
        return True
