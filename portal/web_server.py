"""How the web server runs: threads over a pool of database connections, nothing shared before the fork."""

import os
import shutil
import tempfile

os.environ.setdefault("GATEHOUSE_PROCESS", "web")
workers = int(os.environ.get("GATEHOUSE_WEB_WORKERS", "2"))
threads = int(os.environ.get("GATEHOUSE_WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_field_size = 8190
# Requests are logged by the portal itself, with their correlation id.
accesslog = None
errorlog = "-"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.logging.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}},
}
# Loaded once, then forked; connections are opened after that, by each process for itself.
preload_app = True
control_socket_disable = True

# The workers' metrics meet in a folder of their own.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="gatehouse-metrics-"))


def child_exit(server, worker):
    """Take a dead worker's metrics out of the count."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server):
    """Leave nothing behind."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
