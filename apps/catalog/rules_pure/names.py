"""How tools name platforms and datasets (the naming of OpenLineage), and what can be read from such names."""

from __future__ import annotations

_KINDS = {
    "postgres": "database",
    "postgresql": "database",
    "mysql": "database",
    "mssql": "database",
    "oracle": "database",
    "sqlserver": "database",
    "cassandra": "database",
    "duckdb": "database",
    "bigquery": "warehouse",
    "snowflake": "warehouse",
    "redshift": "warehouse",
    "synapse": "warehouse",
    "sqldw": "warehouse",
    "teradata": "warehouse",
    "trino": "warehouse",
    "hive": "warehouse",
    "databricks": "lakehouse",
    "unitycatalog": "lakehouse",
    "s3": "lake",
    "s3a": "lake",
    "gs": "lake",
    "abfss": "lake",
    "wasbs": "lake",
    "hdfs": "lake",
    "file": "files",
    "sftp": "files",
    "kafka": "stream",
    "pubsub": "stream",
    "http": "api",
    "https": "api",
}


def kind_of_namespace(namespace: str) -> str:
    """Return the platform kind that a namespace's scheme stands for; "unknown" otherwise."""
    scheme = namespace.split(":", 1)[0].strip().lower()
    return _KINDS.get(scheme, "unknown")


def title_of_namespace(namespace: str) -> str:
    """Return a name that people can read for a namespace: its authority, else the whole."""
    rest = namespace.split("://", 1)[-1].strip("/")
    return rest or namespace


def title_of_dataset(name: str) -> str:
    """Return a short title for a dataset's name: its last part (a table, a folder, a topic)."""
    plain = name.strip().strip("/")
    if "/" in plain:
        return plain.rsplit("/", 1)[-1] or plain
    return plain.rsplit(".", 1)[-1] or plain


def container_of_dataset(name: str) -> str:
    """Return the schema (or folder) of a dataset's name; empty where it has none."""
    plain = name.strip().strip("/")
    if "/" in plain:
        return plain.rsplit("/", 1)[0]
    return plain.rsplit(".", 1)[0] if "." in plain else ""
