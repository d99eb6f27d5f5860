"""Event names of gates: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What happens at gates."""

    POLICY_PUBLISHED = "gates.policy.published"
    REVIEW_AUTHORISED = "gates.review.authorised"
    REVIEW_DECIDED = "gates.review.decided"
    REVIEW_EXPIRED = "gates.review.expired"
    REVIEW_SUBMITTED = "gates.review.submitted"
    REVIEW_WITHDRAWN = "gates.review.withdrawn"
