"""Event names of people and roles: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What happens to people, departments and roles."""

    ASSIGNMENT_ENDED = "accounts.assignment.ended"
    ASSIGNMENT_GRANTED = "accounts.assignment.granted"
    DEPARTMENT_CREATED = "accounts.department.created"
    LEGAL_ENTITY_CREATED = "accounts.legal_entity.created"
    PERSON_APPOINTED = "accounts.person.appointed"
    PERSON_EXPECTED = "accounts.person.expected"
