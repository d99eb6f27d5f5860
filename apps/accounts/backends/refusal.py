"""Why a sign-in failed: a code for the ledger, a sentence for the person."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Because(StrEnum):
    """The kinds of failure that the error page tells apart."""

    ATTEMPT = "attempt"
    INACTIVE = "inactive"
    PROVIDER = "provider"
    REFUSED_THERE = "refused_there"
    TOKEN = "token"
    UNKNOWN = "unknown"
    UNVERIFIED = "unverified"


SENTENCES = {
    Because.ATTEMPT: _("This sign-in was started too long ago, in another browser, or was used already."),
    Because.INACTIVE: _("Your account here has been closed. An administrator can open it again."),
    Because.PROVIDER: _("The company sign-in does not answer at the moment. Nothing is wrong with your account."),
    Because.REFUSED_THERE: _("The company sign-in did not let you in, or you cancelled it."),
    Because.TOKEN: _("The answer of the company sign-in could not be trusted, so nobody was signed in."),
    Because.UNKNOWN: _("You are known to the company sign-in, but not to Gatehouse. Ask an administrator to add you."),
    Because.UNVERIFIED: _("The company sign-in has not verified your e-mail address, so you cannot be recognised."),
}


class SignInRefused(Exception):
    """Nobody was signed in. `detail` goes to the ledger, never to the page."""

    def __init__(self, because: Because, detail: str = "") -> None:
        self.because, self.detail = because, detail[:500]
        super().__init__(f"{because}: {detail}")

    @property
    def sentence(self) -> str:
        """What the person reads."""
        return str(SENTENCES[self.because])

    @property
    def status(self) -> int:
        """The HTTP status of the page."""
        return {Because.PROVIDER: 503, Because.ATTEMPT: 400}.get(self.because, 403)
