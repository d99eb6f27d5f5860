"""Secrets are refused wherever they may be typed, and ordinary words never are."""

import base64
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.inventory.rules_pure.secrets import is_reference, looks_like_secret, objections

SECRETS = [
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow",
    "-----BEGIN PRIVATE KEY-----",
    "key AKIAIOSFODNN7EXAMPLE of the bucket",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AIza" + "SyA1b2C3d4E5f6G7h8I9j0KlMnOpQrStUvW",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=" + "Ab1" * 28 + "==",
    "Authorization: Bearer abcdefghijklmnopqrstuvwxyz012345",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "postgresql://claims:hunter2hunter2@db.internal/claims",
    "ghp_" + "a1B2c3D4e5" * 4,
    "sk-proj-" + "a1B2c3D4e5" * 3,
    "password: Sommer2026!x",
    "api_key=abcdef123456",
]
ORDINARY = [
    "Sorts incoming claims by urgency and passes them to the team that answers within two days.",
    "https://intranet.aurelia.example/applications/claims-triage/architecture/overview",
    "Passwords are kept in the vault; nobody types a password.",
    "018f6f0e-7a3c-7d4e-9f10-2b3c4d5e6f70",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Donaudampfschifffahrtsgesellschaftskapitaenspatent",
    "customer_master_data_service_of_the_group_version_2",
    "ISO/IEC 42001:2023, Annex A.6.2.4 and Regulation (EU) 2024/1689",
    "password: vault:claims/database",
    "mailto:olga.owner@aurelia.example",
    "",
]


@pytest.mark.parametrize("text", SECRETS)
def test_it_knows_secrets(text):
    assert looks_like_secret(text)
    assert objections({"summary": text})["summary"][0].startswith("This looks like")


@pytest.mark.parametrize("text", ORDINARY)
def test_it_leaves_ordinary_words_alone(text):
    assert looks_like_secret(text) == ""


def test_it_knows_random_tokens():
    source = random.Random(2026)
    tokens = [base64.b64encode(source.randbytes(48)).decode() for _number in range(300)]
    assert sum(1 for token in tokens if looks_like_secret(f"the key is {token} for now")) >= 295


def test_it_takes_no_path_for_a_token():
    assert not looks_like_secret("see src/Main/v2/ClaimsTriage/Service1/Config/Production2026/Settings")


@given(st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=12), min_size=1, max_size=30))
def test_words_in_lower_case_are_never_taken_for_secrets(words):
    text = " ".join(word for word in words if word not in ("bearer",))
    assert looks_like_secret(text) == ""


@given(st.text(max_size=400))
def test_it_never_fails(text):
    assert isinstance(looks_like_secret(text), str)
    objections({"a": [text], "b": {"c": text}})


@pytest.mark.parametrize("text", ["vault:claims/api-key", "aws-sm:prod/claims", "file:/run/secrets/claims"])
def test_it_takes_references(text):
    assert is_reference(text)


@pytest.mark.parametrize("text", ["hunter2hunter2", "vault:", "the usual one", "AKIAIOSFODNN7EXAMPLE"])
def test_it_takes_nothing_else_for_a_reference(text):
    assert not is_reference(text)
