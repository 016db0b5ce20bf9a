"""委託先監督資料: what the office tells a client company of how it handles its people's numbers."""

from azukari.press.documents.oversight_report.page import render
from azukari.press.documents.oversight_report.report import Month, OversightReport, Reader

__all__ = ["Month", "OversightReport", "Reader", "render"]
