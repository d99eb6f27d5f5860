"""The command for pipelines, the real file in a process of its own: it goes on only where the portal plainly says so."""

from __future__ import annotations

import ast
import json
import stat

import pytest

from apps.registry import operations
from tests.catalog.runtime import made_service

from .pipeline import CLIENT, Pipeline, misbehaving

VIEW, ISSUE = "registry.deployment.view", "registry.permit.issue"
ASKED = ("--system", "AIS-0001", "--environment", "production", "--release", "REL-0001")
DIGEST = f"sha256:{1:064x}"


@pytest.fixture
def pipeline(tmp_path, settings):
    settings.PERMIT_KEY_FILE = tmp_path / "permits.pem"
    made = Pipeline(tmp_path, settings)
    yield made
    made.server.server_close()


@pytest.fixture
def world(pipeline, live, owner, freeze):
    pipeline.sign_in(owner, VIEW, ISSUE)
    return live


def about(system, release, environment="production"):
    return ("--system", system.key, "--environment", environment, "--release", release)


def test_it_runs_on_old_pythons_with_the_standard_library_alone():
    tree = ast.parse(CLIENT.read_text(), feature_version=(3, 9))
    names = {n.name for one in ast.walk(tree) if isinstance(one, ast.Import) for n in one.names}
    assert not names & {"requests", "yaml", "cryptography", "jwt"}


def test_a_pipeline_checks_fetches_a_permit_and_verifies_it_alone(pipeline, world, owner, freeze, security):
    first, second = world.releases.get(), freeze(world, 2)
    allowed = pipeline.run("check", *about(world, first.key))
    assert (allowed.code, allowed.out) == (0, f"Allowed: {first.key} in production, {world.key}.\n")
    assert pipeline.run("check", "--system", world.key, "--environment", "production", "--digest", DIGEST).code == 0

    refused = pipeline.run("check", *about(world, second.key), "--json")
    assert refused.code == 1 and refused.said["outcome"] == "refuse"
    assert refused.said["reasons"] == [f"No gate has approved {second.key} for production."]
    assert refused.said["ask"] == [f"{owner.name} <{owner.email}>"]
    assert pipeline.run("permit", *about(world, second.key)).code == 1
    assert not (pipeline.folder / "permit.jws").exists()

    assert pipeline.run("permit", *about(world, first.key), "--region", "EU", "--minutes", "30").code == 0
    file = pipeline.folder / "permit.jws"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and file.read_text().count(".") == 2
    assert pipeline.run("lists", token="").code == 0
    shown = ("verify", "permit.jws", "--environment")
    # From here on there is no portal.
    assert pipeline.run(*shown, "production", "--digest", DIGEST, url="", token="").code == 0
    assert pipeline.run(*shown, "production", "--region", "US", url="").out == "It does not count: it is for EU.\n"
    assert pipeline.run(*shown, "pilot", url="").code == 1
    text = file.read_text()
    file.write_text(text.replace(text[200], "A" if text[200] != "A" else "B", 1))
    altered = pipeline.run(*shown, "production", "--json", url="")
    assert altered.code == 1 and altered.said["trusted"] is False
    file.write_text(text)
    permit = world.permits.get()
    operations.revoke_permit(actor=security.as_actor(), permit=permit, reason="Taken over")
    assert pipeline.run("lists").code == 0
    assert "it counts no more: revoked" in pipeline.run(*shown, "production", url="").out


def test_what_is_wrong_with_the_question_is_told_apart_from_a_refusal(pipeline, world):
    release = world.releases.get().key
    assert pipeline.run("check", *about(world, release), token="gh_wrong_token").code == 2
    assert pipeline.run("check", *about(world, release), token="").code == 2
    assert pipeline.run("check", "--system", "AIS-9999", "--environment", "production", "--release", "x").code == 2
    wrong = pipeline.run("check", *about(world, release, "prod"))
    assert wrong.code == 2 and wrong.err.startswith("environment: One of: development") and wrong.out == ""
    assert pipeline.run("check", "--system", world.key, "--environment", "production").code == 2
    assert pipeline.run("deploy").code == 2
    assert pipeline.run("check", *ASKED, "--timeout", "0").code == 2


def test_a_token_without_the_right_is_refused(pipeline, world, owner):
    pipeline.sign_in(owner, "inventory.catalog.browse")
    refused = pipeline.run("check", *about(world, world.releases.get().key))
    assert refused.code == 1 and "not issued for" in refused.out


def test_a_service_asks_about_systems_where_its_roles_let_it_deploy(pipeline, world, owner, underwriting):
    release = world.releases.get().key
    for department, code in ((world.department, 0), (underwriting, 2)):
        service = made_service(owner, name=f"build-{department.code}", reach=department)
        pipeline.sign_in(owner, VIEW, ISSUE, service=service)
        assert pipeline.run("check", *about(world, release)).code == code
        assert pipeline.run("permit", *about(world, release)).code == code
    permit = world.permits.get()
    assert permit.issued_to_kind == "service"


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, b"<html>maintenance</html>"), (200, b"{}"), (200, b"[]"), (200, b'{"allowed": "true", "reasons": []}'),
        (200, b'{"allowed": true, "reasons": ["but no"]}'), (200, b'{"allowed": true'), (204, b""),
        (500, b"{}"), (503, b"away"), (429, b"{}"), (404, b"<html>another server</html>"), (200, b"[" * 100_000),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_answer_allows_nothing(pipeline, status, content):
    with misbehaving(status, content) as (url, _seen):
        ran = pipeline.run("check", *ASKED, url=url, token="secret")
    assert ran.code == 3 and ran.out == "" and "Traceback" not in ran.err


def test_a_portal_that_is_away_allows_nothing(pipeline):
    port = pipeline.server.server_port
    ran = pipeline.run(
        "check",
        *ASKED,
        "--json",
        url=f"https://127.0.0.1:{port}",
        token="secret",
    )
    assert ran.code == 3 and ran.said["outcome"] == "unavailable"
    with misbehaving(200, b"{}") as (url, _seen):
        pass
    assert pipeline.run("check", *ASKED, url=url, token="secret").code == 3


@pytest.mark.parametrize("status", [302, 307])
def test_the_token_goes_nowhere_else(pipeline, status):
    with misbehaving(200, b'{"allowed": true, "reasons": []}') as (other, there):
        with misbehaving(status, b"", Location=other) as (url, here):
            assert pipeline.run("check", *ASKED, url=url, token="secret").code == 3
        assert here[0][1]["Authorization"] == "Bearer secret" and there == []
    plain = pipeline.run("check", *ASKED, url="http://gatehouse.example.com", token="secret")
    assert plain.code == 2 and "not encrypted" in plain.err
    assert pipeline.run("check", *ASKED, url="file:///etc/passwd", token="secret").code == 2


def test_a_manifest_names_only_files_below_it(pipeline):
    manifest = {"models": [], "artefacts": [{"kind": "prompt", "name": "p", "content_from": "../secret"}]}
    (pipeline.folder / "gatehouse.json").write_text(json.dumps(manifest))
    ran = pipeline.run("register", token="secret")
    assert ran.code == 2 and "only files below" in ran.err
