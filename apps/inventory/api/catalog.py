"""What the token's holder may use."""

from __future__ import annotations

from typing import Any

from ninja import Query

from apps.inventory import queries
from apps.inventory.models import ApprovedUse, DataClass
from apps.inventory.rules_pure.answering import UNSURE
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

from .schemas import UseOut, router


@router.get(
    "/catalog",
    permission=Permission.INVENTORY_CATALOG_BROWSE,
    response=list[UseOut],
    summary="May I use AI for this, with this data?",
    description="Give the purpose as `q` and the classes of data as `data` (several times); `unsure` is one of them.",
)
def catalog(request: Any, q: str = "", data: list[str] = Query([])) -> Any:  # noqa: B008 - ninja's way to say "several"
    wrong = set(data) - set(DataClass.values) - {UNSURE}
    if wrong:
        raise Invalid({"data": [f"There is no class of data called “{min(wrong)[:40]}”."]})
    offered = ApprovedUse.objects.offered_to(request.user).select_related("authorisation", "system")
    uses = queries.matching(offered, q, 20) if q else offered.order_by("title", "pk")[:100]
    return [_out(queries.answer_for(use, data)) for use in uses]


def _out(answer: queries.Answer) -> dict[str, Any]:
    use = answer.use
    return {
        "key": use.key,
        "title": use.title,
        "purpose": use.purpose,
        "system": use.system.name,
        "data_classes": use.data_classes,
        "conditions": use.conditions,
        "until": use.until or use.authorisation.valid_until.date(),
        "decision": use.authorisation.key,
        "answer": answer.verdict.answer,
        "because": answer.sentence,
    }
