"""A refusal stays on record although the refused operation is rolled back: seen with committed transactions."""

import pytest

from apps.audit.models import Entry
from apps.inventory import operations
from apps.kernel.errors import Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("attempt", [1, 2])
def test_it_keeps_the_refusal(employee, system, attempt):
    with pytest.raises(Refused):
        operations.edit_system(actor=employee.as_actor(), system=system, changes={"name": "Mine now"})
    assert Entry.objects.filter(event="audit.operation.refused").count() == 1
