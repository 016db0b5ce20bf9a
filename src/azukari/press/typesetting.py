"""Typst with our own fonts: a template folder and plain data in, PDF bytes out.

Fonts of the system are never used, so that a document looks the same everywhere; they are read once per
process. A compiler is made for each document (3 ms), because one compiler may not be used by two threads at
the same time. Same data, same timestamp, same bytes. Data is handed over as JSON text and stays text: Typst
markup in a name is not executed. Templates are code; they come from this package only.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import typst

# The PDF standards our documents claim, as Typst names them.
type Standard = Literal["a-2a", "a-3a", "ua-1"]

FONT_FOLDER = Path(__file__).parent / "fonts"


class TypesettingError(RuntimeError):
    """A template of ours did not compile or warned: a fault of the program, never of the person."""


def typeset(
    template: Path,
    data: Mapping[str, Any],
    *,
    standards: Sequence[Standard],
    made_at: datetime,
    texts: Mapping[str, str] | None = None,
) -> bytes:
    """Typeset one document.

    `texts` are handed over beside the data, unparsed (attachments). The template may read its own folder
    only. Raises: TypesettingError.
    """
    import typst

    inputs = {"data": json.dumps(data, ensure_ascii=False), **(texts or {})}
    try:
        compiler = typst.Compiler(str(template), root=str(template.parent), font_paths=_fonts())
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", sys_inputs=inputs, pdf_standards=list(standards), timestamp=made_at
        )
    except RuntimeError as error:
        raise TypesettingError(str(error)) from error
    if warnings or not isinstance(pdf, bytes):
        raise TypesettingError("; ".join(str(warning) for warning in warnings))
    return pdf


def qr_svg(text: str) -> str:
    """Draw a QR code as SVG text, black on nothing, without its quiet zone (the template leaves the room)."""
    import io

    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False, encoding="utf-8").save(
        out, kind="svg", border=0, xmldecl=False, svgns=True, scale=4
    )
    return out.getvalue().decode("utf-8")


@functools.cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_FOLDER)])
