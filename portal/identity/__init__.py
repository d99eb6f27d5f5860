"""The demo's identity provider: a real OpenID Connect provider with people to choose from instead of passwords.

It runs as a process of its own with its own settings and database, on the loopback interface only.
"""
