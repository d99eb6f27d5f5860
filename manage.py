#!/usr/bin/env python
"""The command line of Gatehouse."""

import os
import sys

if sys.version_info < (3, 12):  # noqa: UP036 - the reader of this sentence runs an older one
    sys.exit("Gatehouse needs Python 3.12 or newer, and this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from portal.embedded.command_line import run

    sys.exit(run(sys.argv))
