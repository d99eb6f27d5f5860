"""Finding what is plainly personal or financial in a text, and masking it: e-mail addresses, IBANs, payment cards.

Patterns with their own check digits, so that masking is rare where nothing is meant. This is no classifier of prose.
"""

from __future__ import annotations

import re

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
LONGEST = 2_000_000


def found_in(text: str) -> frozenset[str]:
    """Return the categories of data that a text plainly holds: personal, financial."""
    found = set()
    if _EMAIL.search(text):
        found.add("personal")
    if any(_is_iban(one.group()) for one in _IBAN.finditer(text)) or any(
        _is_card(m.group()) for m in _CARD.finditer(text)
    ):
        found |= {"personal", "financial"}
    return frozenset(found)


def masked(text: str) -> str:
    """Return a text with what is plainly personal or financial replaced by a word in brackets."""
    text = _IBAN.sub(lambda one: "[IBAN]" if _is_iban(one.group()) else one.group(), text)
    text = _CARD.sub(lambda one: "[card number]" if _is_card(one.group()) else one.group(), text)
    return _EMAIL.sub("[e-mail address]", text)


def _is_iban(text: str) -> bool:
    """Tell whether the check digits fit (ISO 13616: the number made of it leaves 1 when divided by 97)."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    digits = "".join(str(int(character, 36)) for character in plain[4:] + plain[:4])
    return int(digits) % 97 == 1


def _is_card(text: str) -> bool:
    """Tell whether the check digit fits (ISO/IEC 7812, Luhn)."""
    digits = [int(character) for character in text if character.isdigit()]
    total = sum(digits[-1::-2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return total % 10 == 0 and len(set(digits)) > 1
