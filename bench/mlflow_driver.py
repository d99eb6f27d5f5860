"""What a data scientist does at an MLflow server, with MLflow's own client: run by bench.mlflow in MLflow's environment.

`python mlflow_driver.py {webhook|work|silent} ADDRESS [WEBHOOK SECRET]` prints what it did as JSON.
"""

import collections
import json
import sys

from mlflow import MlflowClient

EVENTS = [
    "registered_model.created", "model_version.created", "model_version_tag.set", "model_version_tag.deleted",
    "model_version_alias.created", "model_version_alias.deleted",
]  # fmt: skip
NAMES = ("claims-urgency", "fraud-score", "letter-writer")


def webhook(client, url, secret):
    """Have the portal told."""
    client.create_webhook(name="gatehouse", url=url, events=EVENTS, secret=secret)


def work(client):
    """Register, version, tag, alias, and delete what raises an event; return what was done."""
    done = collections.Counter()
    experiment = client.create_experiment("bench")
    for number, name in enumerate(NAMES):
        client.create_registered_model(name, description=f"The model {name}.")
        done["registered_model.created"] += 1
        for turn in (1, 2):
            run = client.create_run(experiment).info.run_id
            client.log_param(run, "depth", 3 + turn)
            client.log_metric(run, "auc", 0.8 + number / 100 + turn / 1000)
            client.log_metric(run, "f1", 0.7 + number / 100 + turn / 1000)
            tags = {"artifact_digest": f"sha256:{number * 2 + turn:064x}"}
            client.create_model_version(name, f"s3://models/{name}/{turn}", run_id=run, tags=tags)
            done["model_version.created"] += 1
            client.set_model_version_tag(name, str(turn), "reviewed", "yes")
            done["model_version_tag.set"] += 1
        client.set_registered_model_alias(name, "champion", "1")
        client.set_registered_model_alias(name, "challenger", "2")
        client.set_registered_model_alias(name, "champion", "2")
        done["model_version_alias.created"] += 3
        client.delete_registered_model_alias(name, "challenger")
        done["model_version_alias.deleted"] += 1
        client.delete_model_version_tag(name, "1", "reviewed")
        done["model_version_tag.deleted"] += 1
    return dict(done)


def silent(client):
    """Change what raises no event; return what was done."""
    client.set_registered_model_tag(NAMES[0], "team", "claims")
    client.update_registered_model(NAMES[0], description="Sorts claims.")
    run = client.get_model_version(NAMES[0], "2").run_id
    client.log_metric(run, "brier", 0.12)
    client.delete_model_version(NAMES[1], "1")
    client.delete_registered_model(NAMES[2])
    return {"tag of a model": 1, "description": 1, "metric of a run": 1, "version deleted": 1, "model deleted": 1}


def describe(client, text):
    """Change a description."""
    client.update_registered_model(NAMES[0], description=text)


if __name__ == "__main__":
    step = {"webhook": webhook, "work": work, "silent": silent, "describe": describe}[sys.argv[1]]
    print(json.dumps(step(MlflowClient(sys.argv[2], sys.argv[2]), *sys.argv[3:])))
