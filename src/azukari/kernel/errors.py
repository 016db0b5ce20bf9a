"""The base of every error that reaches a person: three Japanese sentences and a code.

事象 (what happened for you), 原因 (why), 対処 (what to do next). Each room keeps its own classes in its
`errors.py`; a door chooses the HTTP status from the four kinds below. Data in a message is named and may
never be a My Number: what a person typed into a number field does not belong in an error.
"""

from __future__ import annotations

from typing import ClassVar


class AzukariError(Exception):
    """A refusal or failure a person can be told about.

    Sentences may hold `{name}` placeholders; they are filled from the keyword arguments.
    """

    code: ClassVar[str] = ""
    happened: ClassVar[str] = ""
    cause: ClassVar[str] = ""
    remedy: ClassVar[str] = ""

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.code)

    def sentence(self, template: str) -> str:
        """Fill one of the three sentences with this error's data."""
        return template.format_map(self.data) if self.data else template

    @property
    def event(self) -> str:
        """事象: what happened for the person."""
        return self.sentence(self.happened)

    @property
    def reason(self) -> str:
        """原因: why it happened."""
        return self.sentence(self.cause)

    @property
    def advice(self) -> str:
        """対処: what to do next."""
        return self.sentence(self.remedy)

    @property
    def short(self) -> str:
        """原因 then 対処, for places with room for one line."""
        return f"{self.reason}{self.advice}"

    def __str__(self) -> str:
        return f"{self.code}: {self.event}{self.reason}{self.advice}"


class NotFoundError(AzukariError):
    """Not there, or not yours: a stranger cannot tell the two apart (404)."""


class NotAllowedError(AzukariError):
    """Yours to see, not yours to do: the right is missing inside your own office (403)."""


class ConflictError(AzukariError):
    """Somebody was first, or the state has moved on (409)."""


class InvalidError(AzukariError):
    """What was handed in cannot be used; what was typed is kept (422)."""


class UnavailableError(AzukariError):
    """Something the service stands on is away for a while; nothing was done (503)."""
