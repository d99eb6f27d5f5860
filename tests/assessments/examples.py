"""The eight examples of the domain as facts, and what the rules must say about each."""

KNOWN = {
    "is_ai": "yes",
    "practices": ["none"],
    "areas": ["none"],
    "person_effect": "none",
    "people": ["none"],
    "data": ["internal"],
    "interaction": ["none"],
    "critical_function": "no",
    "actions": "none",
    "platform": "approved",
    "narrow_task": "more",
    "profiling": "no",
}

EXAMPLES = {
    "life-insurance pricing": (
        {
            "areas": ["life_health_insurance"],
            "person_effect": "decides",
            "people": ["customers"],
            "data": ["personal", "special_category"],
            "platform": "other",
            "profiling": "yes",
        },
        "high_risk",
        {"T1"},
    ),
    "motor pricing": ({"areas": ["pricing"], "people": ["customers"], "data": ["personal"]}, "none", {"T1"}),
    "claims-fraud referral": (
        {
            "areas": ["fraud_detection"],
            "person_effect": "advises",
            "people": ["customers"],
            "data": ["personal"],
            "platform": "other",
        },
        "exempted",
        {"T2"},
    ),
    "CV screening": (
        {
            "areas": ["employment"],
            "person_effect": "advises",
            "people": ["applicants"],
            "data": ["personal"],
            "platform": "other",
            "profiling": "yes",
        },
        "high_risk",
        {"T1"},
    ),
    "staff emotion detection": (
        {
            "practices": ["emotions_at_work"],
            "people": ["staff"],
            "data": ["personal", "special_category"],
            "interaction": ["reads_emotions"],
        },
        "prohibited",
        {"T1"},
    ),
    "customer chatbot": (
        {"interaction": ["talks_outside"], "people": ["customers"], "data": ["personal"]},
        "transparency",
        {"T2"},
    ),
    "payout agent": ({"actions": "irreversible", "people": ["customers"], "data": ["personal"]}, "none", {"T1"}),
    "internal summaries": ({}, "none", {"T3", "T4"}),
}
