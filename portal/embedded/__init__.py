"""The one-command installation: PostgreSQL, Valkey and the identity provider, supervised as child processes.

Nothing here needs Django's settings; the services come from wheels and speak over sockets only.
"""
