"""Check digits of the My Number (個人番号) and of the Corporate Number (法人番号).

Numbers are text of ASCII digits here; folding width and dropping hyphens is the edge's work. A right check
digit proves nothing (one random string in ten passes): it only catches slips of the pen.

Law: 平成26年総務省令第85号 第5条 (individual), 平成26年財務省令第70号 第2条 (corporate).
"""

from __future__ import annotations

import hashlib

MY_NUMBER_LENGTH = 12
CORPORATE_NUMBER_LENGTH = 13

# Qn counts from the lowest digit (n + 1 up to the sixth, then n - 5); read from the left it is this row.
_MY_NUMBER_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def _is_ascii_digits(text: str, length: int) -> bool:
    # str.isdigit alone also takes full-width and superscript digits.
    return len(text) == length and text.isascii() and text.isdigit()


def my_number_check_digit(first11: str) -> int:
    """Compute the twelfth digit of a My Number from the eleven before it.

    Raises: ValueError when not given eleven ASCII digits; the message does not repeat them.
    Law: 平成26年総務省令第85号 第5条.
    """
    if not _is_ascii_digits(first11, MY_NUMBER_LENGTH - 1):
        raise ValueError("eleven ASCII digits are needed")
    total = sum(int(digit) * weight for digit, weight in zip(first11, _MY_NUMBER_WEIGHTS, strict=True))
    remainder = total % 11
    return 0 if remainder <= 1 else 11 - remainder


def is_valid_my_number(digits: str) -> bool:
    """Tell whether a text is twelve ASCII digits with a right check digit, and not all zeros.

    Twelve zeros pass the formula; they are what an empty numeric cell shows, never a number.
    Law: 番号法2条5項, 平成26年総務省令第85号 第5条.
    """
    if not _is_ascii_digits(digits, MY_NUMBER_LENGTH) or digits == "0" * MY_NUMBER_LENGTH:
        return False
    return int(digits[-1]) == my_number_check_digit(digits[:-1])


def synthetic_number(seed: int) -> str:
    """Make up a My Number with a right check digit; the same seed gives the same number.

    For tests and demos only. There is no reserved test range, so it may be somebody's by chance.
    """
    drawn = int.from_bytes(hashlib.sha256(f"azukari synthetic number {seed}".encode()).digest())
    first11 = f"{1 + drawn % (10**11 - 1):011d}"
    return f"{first11}{my_number_check_digit(first11)}"


def corporate_number_check_digit(last12: str) -> int:
    """Compute the leading digit (1 to 9) of a Corporate Number from the twelve that follow it.

    Raises: ValueError when not given twelve ASCII digits.
    Law: 平成26年財務省令第70号 第2条.
    """
    if not _is_ascii_digits(last12, CORPORATE_NUMBER_LENGTH - 1):
        raise ValueError("twelve ASCII digits are needed")
    total = sum(int(digit) * (1 + n % 2) for n, digit in enumerate(reversed(last12)))
    return 9 - total % 9


def is_valid_corporate_number(digits: str) -> bool:
    """Tell whether a text is thirteen ASCII digits with a right check digit in front.

    Law: 番号法施行令35条, 平成26年財務省令第70号 第2条.
    """
    if not _is_ascii_digits(digits, CORPORATE_NUMBER_LENGTH):
        return False
    return int(digits[0]) == corporate_number_check_digit(digits[1:])
