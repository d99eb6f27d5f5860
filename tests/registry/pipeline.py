"""Running docs/gatehouse.py as a pipeline does, against this test's portal or against one that misbehaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from apps.accounts import operations as accounts

# What any Python needs to start.
KEPT = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
CLIENT = Path(__file__).resolve().parents[2] / "docs" / "gatehouse.py"


class Quiet(WSGIRequestHandler):
    def log_message(self, *_given):
        pass


class Ran:
    """What a command left: its exit code, what it printed, and that as JSON."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def said(self):
        return json.loads(self.out)


@contextmanager
def connections_kept():
    """Keep this test's connection, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


class Pipeline:
    """Runs the client in a folder; the portal answers in this thread, so that it sees this test's transaction."""

    def __init__(self, folder, settings):
        self.folder, self.token = folder, ""
        self.server = WSGIServer(("127.0.0.1", 0), Quiet)
        self.server.set_app(WSGIHandler())
        self.server.timeout = 0.02
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]

    def sign_in(self, person, *scopes, service=None):
        self.token = accounts.issue_token(
            actor=person.as_actor(), name="Pipeline", scopes=list(scopes), service=service, days=1
        ).text

    def run(self, *arguments, url=None, token=None, python=sys.executable):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                [python, str(CLIENT), *arguments], cwd=self.folder, stdout=out, stderr=err,
                env=KEPT | {"GATEHOUSE_URL": self.url if url is None else url,
                            "GATEHOUSE_TOKEN": self.token if token is None else token},
            )  # fmt: skip
            with connections_kept():
                while process.poll() is None:
                    self.server.handle_request()
            out.seek(0), err.seek(0)
            return Ran(process.returncode, out.read().decode(), err.read().decode())


@contextmanager
def misbehaving(status, content, **headers):
    """Run a server that answers everything alike; it keeps what it was sent."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            seen.append((self.path, dict(self.headers)))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815 - the name is that of the library

        def log_message(self, *_given):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
