"""MLflow servers: what they tell is taken once, what they hold is taken over, and nothing of ours is overwritten."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from apps.audit.models import Entry
from apps.integrations import operations, tasks
from apps.integrations.calling import Unreachable
from apps.integrations.models import DeliveryState, MappingState, MLflowServer
from apps.integrations.operations import following
from apps.integrations.rules import MappingInConflict
from apps.integrations.rules_pure.mlflow import Forged, check, digest_of, read, sign
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid, Refused
from apps.registry import operations as registry
from apps.registry.models import AIModel

SECRET = "a secret as MLflow takes it"
PORTAL = Actor.system("mlflow")
PLAIN = "a" * 64


class Tracking(HTTPServer):
    """As much of an MLflow server as is read: models, versions, runs."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.models, self.versions, self.runs, self.asked = {}, {}, {}, []

    def answer(self, path, wanted):
        name = wanted.get("name", "")
        if path.endswith("registered-models/search"):
            names = sorted(self.models)
            first = int(wanted.get("page_token", 0))
            more = {"next_page_token": str(first + 1)} if first + 1 < len(names) else {}
            return {"registered_models": [{"name": one} for one in names[first : first + 1]], **more}
        if path.endswith("registered-models/get"):
            return {"registered_model": self.models[name]} if name in self.models else None
        if path.endswith("model-versions/search"):
            return {"model_versions": self.versions.get(wanted["filter"][6:-1], [])}
        if path.endswith("runs/get"):
            run = self.runs.get(wanted["run_id"])
            return {"run": {"data": run}} if run else None
        return None


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        found = urlsplit(self.path)
        self.server.asked.append(self.path)
        answer = self.server.answer(found.path, {name: one[0] for name, one in parse_qs(found.query).items()})
        body = json.dumps(answer if answer is not None else {"error_code": "RESOURCE_DOES_NOT_EXIST"}).encode()
        self.send_response(200 if answer is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        pass


@pytest.fixture
def tracking():
    server = Tracking()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    server.models["churn"] = {
        "name": "churn", "description": "Tells who leaves.", "tags": [{"key": "team", "value": "claims"}],
        "aliases": [{"alias": "champion", "version": "1"}],
    }  # fmt: skip
    server.versions["churn"] = [
        {"name": "churn", "version": "1", "source": "s3://models/churn/1", "run_id": "run1",
         "tags": [{"key": "artifact_digest", "value": PLAIN}]},
        {"name": "churn", "version": "2", "source": "s3://models/churn/2"},
    ]  # fmt: skip
    server.runs["run1"] = {
        "params": [{"key": "depth", "value": "7"}],
        "metrics": [{"key": "auc", "value": 0.91, "timestamp": 1_760_000_000_000}, {"key": "loss", "value": "NaN"}],
    }
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def server(tracking, model_owner, claims):
    return operations.register_server(
        actor=model_owner.as_actor(), name="Tracking", url=f"http://127.0.0.1:{tracking.server_port}/",
        department=claims, owner=model_owner, secret=SECRET, bearer="reader",
    )  # fmt: skip


def message(entity="model_version", action="created", name="churn"):
    return json.dumps({"entity": entity, "action": action, "timestamp": "now", "data": {"name": name}}).encode()


def send(client, server, body, *, delivery="d-1", secret=SECRET, stamp=None, signature=None):
    stamp = str(int(clock.now().timestamp())) if stamp is None else stamp
    return client.post(
        reverse("exchange:mlflow_webhook", args=[server.pk]), body, content_type="application/json",
        headers={"X-MLflow-Delivery-Id": delivery, "X-MLflow-Timestamp": stamp,
                 "X-MLflow-Signature": signature or sign(secret, delivery, stamp, body)},
    )  # fmt: skip


def open_mapping(server, version=""):
    return server.mappings.get(name="churn", version=version)


def standing(model):
    return {one.name: one.model_version.name for one in model.aliases.standing()}


def test_a_signature_counts_for_exactly_one_message_secret_and_time():
    made = sign(SECRET, "d", "1000", b"{}")
    given = {"signature": made, "stamp": "1000", "delivery": "d", "body": b"{}", "now": 1200.0}
    check(SECRET, **given)
    for other in (
        {"body": b"{ }"}, {"delivery": "e"}, {"stamp": "1001"}, {"now": 1301.0}, {"now": 699.0}, {"signature": ""},
        {"signature": made[:-2]}, {"delivery": ""}, {"stamp": "1e3"}, {"signature": "v1,\udcff"},
    ):  # fmt: skip
        with pytest.raises(Forged):
            check(SECRET, **{**given, **other})
    with pytest.raises(Forged):
        check("another", **given)


def test_messages_are_read_and_digests_found():
    assert read(message("registered_model_tag", "set")).followed
    assert not read(message("prompt", "created")).followed
    assert not read(message(name="")).followed
    for wrong in (b"[]", b"{", b'{"data": 1}', b"[" * 100_000):
        with pytest.raises(ValueError):
            read(wrong)
    assert digest_of({"digest": "short"}, {"sha256": PLAIN.upper()}) == f"sha256:{PLAIN}"
    assert digest_of({"team": PLAIN}) == ""


def test_a_signed_message_is_taken_once_and_read_at_the_server(client, server, tracking):
    assert send(client, server, message()).status_code == 202
    assert server.deliveries.get().state == DeliveryState.WAITING
    tasks.mlflow_pull(server=str(server.pk), name="churn")
    assert server.deliveries.get().state == DeliveryState.TAKEN
    model = open_mapping(server).ai_model
    assert (model.name, model.owner, model.department) == ("churn", server.owner, server.department)
    assert send(client, server, message()).status_code == 409
    assert server.deliveries.count() == 1
    assert send(client, server, message("prompt", "created"), delivery="d-2").status_code == 202
    assert server.deliveries.get(delivery_id="d-2").state == DeliveryState.IGNORED


def test_whatever_somebody_logs_there_the_server_is_read(server, tracking):
    odd = ("a\x00b", "lone \ud800")
    tracking.models["churn"]["description"] = odd[0]
    tracking.models["churn"]["tags"] = [{"key": one, "value": one} for one in odd]
    tracking.runs["run1"]["metrics"] = [
        {"key": f"m{number}", "value": 1, "timestamp": stamp}
        for number, stamp in enumerate((10**18, -(10**18), "soon", 1e300, None, 1_760_000_000_000))
    ]
    following.poll(actor=PORTAL, server=server)
    model = open_mapping(server).ai_model
    moments = model.versions.get(name="1").metrics.order_by("name").values_list("measured_at__year", flat=True)
    assert model.summary == "ab" and list(moments) == [1970, 1970, 1970, 1970, 1970, 2025]


def test_who_owns_a_model_does_not_validate_what_came_for_them(server, model_owner, validation):
    following.poll(actor=PORTAL, server=server)
    version = open_mapping(server).ai_model.versions.get(name="1")
    with pytest.raises(Refused, match="came here by itself"):
        registry.validate_version(actor=model_owner.as_actor(), model_version=version, reason="Works")
    registry.validate_version(actor=validation.as_actor(), model_version=version, reason="Measured anew")


def test_a_model_that_cannot_be_read_holds_up_no_other(server, tracking, monkeypatch):
    tracking.models["zeal"] = {"name": "zeal", "description": "Another."}
    reading = following.read_model

    def broken(server, name):
        if name == "churn":
            raise Unreachable("It answered 500.")
        return reading(server, name)

    monkeypatch.setattr(following, "read_model", broken)
    with pytest.raises(Unreachable, match="churn: It answered 500"):
        following.poll(actor=PORTAL, server=server)
    server.refresh_from_db()
    assert "churn" in server.problem and server.mappings.get().name == "zeal"


def test_forged_old_and_unreadable_messages_are_refused_and_counted(client, server):
    old = str(int(clock.now().timestamp()) - 301)
    assert send(client, server, message(), secret="guessed").status_code == 401
    assert send(client, server, message(), stamp=old).status_code == 401
    assert send(client, server, message(), signature="v1,").status_code == 401
    assert send(client, server, message(), delivery="").status_code == 401
    signed_for_another = sign(SECRET, "d-9", str(int(clock.now().timestamp())), message())
    assert send(client, server, message("registered_model"), signature=signed_for_another).status_code == 401
    server.refresh_from_db()
    assert (server.refused, server.deliveries.count()) == (5, 0)
    assert send(client, server, b"no json").status_code == 400
    assert server.deliveries.get().state == DeliveryState.REFUSED
    assert send(client, server, b"x" * 300_000).status_code == 413


def test_a_changed_secret_counts_at_once_and_a_stopped_server_hears_nothing(client, server, model_owner):
    operations.rotate_server(actor=model_owner.as_actor(), server=server, secret="the next one")
    assert send(client, server, message()).status_code == 401
    assert send(client, server, message(), secret="the next one").status_code == 202
    operations.edit_server(actor=model_owner.as_actor(), server=server, changes={"active": False})
    assert send(client, server, message(), secret="the next one", delivery="d-3").status_code == 404


def test_versions_runs_metrics_and_aliases_are_taken_over_once(server, tracking):
    assert operations.poll(actor=PORTAL, server=server) == 1
    model = open_mapping(server).ai_model
    assert model.summary == "Tells who leaves."
    first, second = model.versions.order_by("name")
    assert first.artefact_digest == f"sha256:{PLAIN}"
    assert first.parameters == {"depth": "7"}
    assert [(one.name, float(one.value)) for one in first.metrics.all()] == [("auc", 0.91)]
    assert second.snapshot.startswith("mlflow:")
    assert standing(model) == {"champion": "1"}
    entries = Entry.objects.count()
    assert operations.poll(actor=PORTAL, server=server) == 0
    assert Entry.objects.count() == entries


def test_what_raises_no_event_is_seen_by_polling(server, tracking):
    operations.poll(actor=PORTAL, server=server)
    tracking.models["fraud"] = {"name": "fraud"}
    tracking.models["churn"]["tags"] = [{"key": "team", "value": "fraud"}]
    tracking.runs["run1"]["metrics"].append({"key": "f1", "value": 0.5, "timestamp": 1_760_000_000_001})
    assert operations.poll(actor=PORTAL, server=server) == 2
    assert open_mapping(server).there["tags"] == {"team": "fraud"}
    assert open_mapping(server, "1").model_version.metrics.count() == 2
    assert AIModel.objects.filter(name="fraud").exists()
    assert operations.poll(actor=PORTAL, server=server) == 0


def test_a_name_that_is_on_record_is_asked_about_and_not_overwritten(server, tracking, model_owner, claims):
    ours = registry.register_model(
        actor=model_owner.as_actor(), name="churn", department=claims, owner=model_owner, summary="Ours."
    )
    operations.poll(actor=PORTAL, server=server)
    found = open_mapping(server)
    assert (found.state, found.ai_model) == (MappingState.CONFLICT, None)
    assert ours.key in found.why
    assert not ours.versions.exists()
    assert operations.poll(actor=PORTAL, server=server) == 0
    operations.resolve_mapping(actor=model_owner.as_actor(), mapping=found, decision="link", ai_model=ours)
    operations.poll(actor=PORTAL, server=server)
    ours.refresh_from_db()
    assert open_mapping(server).state == MappingState.LINKED
    assert (ours.summary, ours.versions.count()) == ("Ours.", 2)


def test_what_both_sides_changed_stays_here_until_a_person_says_what_counts(server, tracking, model_owner):
    operations.poll(actor=PORTAL, server=server)
    model = open_mapping(server).ai_model
    me = model_owner.as_actor()
    registry.edit_model(actor=me, ai_model=model, changes={"summary": "Ours."})
    registry.set_alias(actor=me, ai_model=model, name="champion", model_version=model.versions.get(name="2"))
    assert operations.poll(actor=PORTAL, server=server) == 0
    tracking.models["churn"].update(description="Theirs.", aliases=[])
    operations.poll(actor=PORTAL, server=server)
    found = open_mapping(server)
    model.refresh_from_db()
    assert found.state == MappingState.CONFLICT
    assert "description" in found.why
    assert "champion" in found.why
    assert (model.summary, standing(model)) == ("Ours.", {"champion": "2"})
    assert operations.poll(actor=PORTAL, server=server) == 0
    operations.resolve_mapping(actor=me, mapping=found, decision="theirs")
    operations.poll(actor=PORTAL, server=server)
    model.refresh_from_db()
    assert (model.summary, standing(model)) == ("Theirs.", {})
    assert open_mapping(server).state == MappingState.LINKED


def test_another_artefact_under_a_known_number_is_a_conflict_and_a_finding(server, tracking, model_owner):
    operations.poll(actor=PORTAL, server=server)
    tracking.versions["churn"][0]["tags"] = [{"key": "artifact_digest", "value": "b" * 64}]
    operations.poll(actor=PORTAL, server=server)
    found = open_mapping(server, "1")
    assert found.state == MappingState.CONFLICT
    assert found.model_version.artefact_digest == f"sha256:{PLAIN}"
    assert not MappingInConflict().failing().exists()
    server.mappings.filter(pk=found.pk).update(since=clock.now() - timedelta(days=4))
    assert [one.pk for one in MappingInConflict().failing()] == [found.pk]
    operations.resolve_mapping(actor=model_owner.as_actor(), mapping=found, decision="keep")
    assert operations.poll(actor=PORTAL, server=server) == 0
    assert open_mapping(server, "1").state == MappingState.LINKED


def test_what_is_deleted_there_stays_here_and_is_shown(server, tracking):
    operations.poll(actor=PORTAL, server=server)
    del tracking.versions["churn"][1]
    operations.poll(actor=PORTAL, server=server)
    assert open_mapping(server, "2").state == MappingState.GONE
    del tracking.models["churn"]
    assert operations.poll(actor=PORTAL, server=server) == 1
    assert set(server.mappings.values_list("state", flat=True)) == {MappingState.GONE}
    assert open_mapping(server).ai_model.versions.count() == 2
    assert operations.poll(actor=PORTAL, server=server) == 0


def test_what_is_left_out_is_left_out(server, tracking, model_owner):
    operations.poll(actor=PORTAL, server=server)
    operations.resolve_mapping(actor=model_owner.as_actor(), mapping=open_mapping(server), decision="ignore")
    tracking.versions["churn"].append({"name": "churn", "version": "3", "source": "s3://models/churn/3"})
    operations.poll(actor=PORTAL, server=server)
    assert open_mapping(server).ai_model.versions.count() == 2


def test_a_server_that_is_away_is_noted_and_read_again_later(server, tracking):
    answer, tracking.answer = tracking.answer, lambda *_all: []
    with pytest.raises(Unreachable):
        operations.poll(actor=PORTAL, server=server)
    server.refresh_from_db()
    assert (server.problem != "", server.polled_at) == (True, None)
    tracking.answer = answer
    tasks.mlflow_poll()
    server.refresh_from_db()
    assert server.problem == ""
    assert server.polled_at is not None


def test_only_those_who_keep_models_there_set_servers_up(server, employee, outsider, model_owner, claims):
    with pytest.raises(Refused):
        operations.register_server(
            actor=employee.as_actor(), name="Mine", url="http://127.0.0.1:9", department=claims, owner=employee,
            secret=SECRET,
        )  # fmt: skip
    with pytest.raises(Refused):
        operations.edit_server(actor=outsider.as_actor(), server=server, changes={"active": False})
    with pytest.raises(Refused):
        operations.take_over(
            actor=outsider.as_actor(), server=server, name="churn", found=None, read_at=clock.now()
        )  # fmt: skip
    with pytest.raises(Invalid):
        operations.edit_server(actor=model_owner.as_actor(), server=server, changes={"url": "ftp://127.0.0.1/"})


def test_secrets_are_kept_encrypted_and_are_not_in_the_ledger(server):
    kept = MLflowServer.objects.get(pk=server.pk)
    assert SECRET not in kept.secret
    assert "reader" not in kept.bearer
    assert SECRET not in json.dumps(list(Entry.objects.values_list("changes", "details")), default=str)


def test_the_pages_show_what_stands_and_let_the_owner_settle(
    client, as_person, server, tracking, model_owner, outsider
):
    as_person(client, model_owner)
    assert b"Follow a server" in client.get(reverse("exchange:mlflow_servers")).content
    operations.poll(actor=PORTAL, server=server)
    del tracking.versions["churn"][1]
    operations.poll(actor=PORTAL, server=server)
    address = reverse("exchange:mlflow_server", args=[server.pk])
    text = client.get(address).content.decode()
    assert "churn 2" in text
    assert "It is not there any more" in text
    acted = client.post(f"{address}act/", {"do": "ignore", "name": "churn", "version": "2"})
    assert acted.status_code == 302
    assert open_mapping(server, "2").state == MappingState.IGNORED
    assert client.post(f"{address}act/", {"do": "poll"}).status_code == 302
    assert "Keep it now" not in client.post(f"{address}act/", {"do": "secret"}).content.decode()
    assert client.get(f"{address}edit/").status_code == 200
    as_person(client, outsider)
    assert client.get(address).status_code == 404
