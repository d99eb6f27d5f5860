"""A card as Hugging Face keeps it: what is understood goes into its section, what is not is kept and told."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.registry import operations
from apps.registry.models import ModelCard
from apps.registry.rules_pure.hugging_face import read_hugging_face
from apps.registry.rules_pure.plain_text import Unreadable

README = """---
license: apache-2.0
language: [en, de]
base_model: modelhouse/base-7b
datasets:
- squad
pipeline_tag: text-classification
tags:
- claims
model-index:
- name: urgency
  results:
  - dataset: {name: claims-2025, type: claims}
    metrics:
    - {type: f1, value: 0.91}
---

# Urgency

<!-- Provide a quick summary
# not a heading -->
Sorts claims by urgency.

## Uses

### Direct Use

Sort letters of customers.

### Out-of-Scope Use

[More Information Needed]

## Bias, Risks, and Limitations

- Only English
- Fails on
  long letters

### Recommendations

Let a person look.

## Training Details
### Speeds, Sizes, Times
Two hours.

## How to use

```python
# Uses
print("hello")
```

- **Developed by:** [More Information Needed]

## Model Card Contact

team@example.com
"""


def test_headings_that_are_known_fill_their_sections():
    found = read_hugging_face(README)
    assert found.content["summary"] == "Sorts claims by urgency.\n\nLanguages: en, de.\n\nTask: text-classification."
    assert found.content["intended_use"] == "Sort letters of customers."
    assert found.content["limits"] == ["Only English", "Fails on long letters", "Let a person look."]
    assert (
        found.content["training_data"]
        == "Speeds, Sizes, Times: Two hours.\n\nDatasets: squad.\n\nMade from: modelhouse/base-7b."
    )
    assert found.content["evaluation"] == "f1: 0.91 on claims-2025."
    assert (found.content["licence"], found.content["contact"]) == ("apache-2.0", "team@example.com")
    assert "out_of_scope" not in found.content


def test_what_is_not_understood_is_kept_and_told():
    found = read_hugging_face(README)
    assert found.kept == ["How to use", "tags"]
    assert found.content["other"] == 'How to use\n```python\n# Uses\nprint("hello")\n```\n\ntags: claims'


def test_a_card_without_metadata_or_headings_is_a_summary():
    assert read_hugging_face("Sorts claims.").content == {"summary": "Sorts claims."}
    assert read_hugging_face("\ufeff# Title\r\nSorts claims.\r\n").content == {"summary": "Sorts claims."}


@pytest.mark.parametrize(
    "text",
    ["", "---\nlicense: x\n", "---\n- a\n---\n", "---\na: &x 1\nb: *x\n---\nText", "---\na: 1\na: 2\n---\nText",
     "# Title\n<!-- only a comment", "x" * 500_001, "a\x00b", "---\na: " + "[" * 3_000 + "\n---\n"],
)  # fmt: skip
def test_what_is_no_card_is_refused(text):
    with pytest.raises(Unreadable):
        read_hugging_face(text)


@pytest.fixture
def version(model_owner, claims):
    model = operations.register_model(
        actor=model_owner.as_actor(), name="urgency", department=claims, owner=model_owner
    )
    return operations.register_version(actor=model_owner.as_actor(), ai_model=model, name="1.0", snapshot="x")


def test_the_page_fills_the_form_and_says_what_was_kept(client, as_person, model_owner, version):
    as_person(client, model_owner)
    place = f"/models/versions/{version.key}/card/"
    file = SimpleUploadedFile("README.md", README.encode())
    shown = client.post(f"{place}hugging-face/", {"file": file}).content.decode()
    assert "Sort letters of customers." in shown and "How to use" in shown and not ModelCard.objects.exists()
    assert 'name="source" value="hugging-face"' in shown and f'action="{place}"' in shown
    found = read_hugging_face(README).content
    given = {name: "\n".join(value) if isinstance(value, list) else value for name, value in found.items()}
    assert client.post(place, {**given, "source": "hugging-face"}).status_code == 302
    card = ModelCard.objects.get()
    assert card.source == "hugging-face" and card.content["limits"] == found["limits"]
    assert client.post(place, {**given, "summary": "New", "source": "made up"}).status_code == 422
    assert client.post(f"{place}hugging-face/", {"text": "---\nx"}).status_code == 422


def test_a_program_sends_one(client, model_owner, employee, version):
    from apps.accounts.operations import issue_token

    def headers(person, *scopes):
        text = issue_token(actor=person.as_actor(), name="Job", scopes=list(scopes), days=1).text
        return {"authorization": f"Bearer {text}"}

    place = f"/api/v1/model-versions/{version.key}/card/hugging-face"
    edit = headers(model_owner, "registry.model.view", "registry.model.edit")
    sent = {"data": {"text": README}, "content_type": "application/json"}
    answer = client.post(place, headers=edit, **sent)
    assert answer.status_code == 200 and answer.json() == {"number": 1, "kept": ["How to use", "tags"]}
    assert client.post(place, headers=edit, **sent).json()["number"] == 1
    assert client.post(place, headers=headers(employee, "registry.model.view"), **sent).status_code in (403, 404)
    assert client.post(place, {"text": "---"}, content_type="application/json", headers=edit).status_code == 422
