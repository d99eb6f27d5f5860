"""Models whose tables the ledger does not capture, each with its reason. A test holds that every other one is governed."""

EXEMPT = {
    "audit.Checkpoint": "part of the ledger itself, append-only",
    "audit.Entry": "the ledger itself, append-only",
    "audit.Installation": "written once by the owner at creation",
    "audit.Leaf": "part of the ledger itself, append-only",
    "audit.OutboxMessage": "a queue; what the tasks change is recorded where they change it",
    "audit.PersonalText": "the erasable side of entries, committed to by them",
    "audit.SealedUpTo": "how far the sealer is; written by its function only, checked by every verification",
    "audit.SubtreeRoot": "part of the ledger itself, append-only",
    "auth.Permission": "made by migrations from code",
    "catalog.ActualPermission": "what a platform said of itself; each reading is a governed snapshot with its digest",
    "catalog.FieldEdge": "observed by tools; the events that brought it are kept whole, append-only",
    "catalog.LineageEdge": "observed by tools, or declared by an operation that writes its own entry",
    "catalog.LineageEvent": "what tools sent, whole and append-only",
    "catalog.QualityResult": "a tool's observation; the newest outcome of a check is governed on the check",
    "contenttypes.ContentType": "made by migrations from code",
    "guardian.GroupObjectPermission": "generic grants are not used; grants on objects have tables of their own",
    "guardian.UserObjectPermission": "generic grants are not used; grants on objects have tables of their own",
    "inventory.ImportRow": "a working copy of an imported file, which is kept and hashed; what a row changes is recorded there",
    "inventory.MaterialChange": "written by a trigger, beside the entry of the change itself",
    "sessions.Session": "sign-in and sign-out are entries; the row holds no record of the enterprise",
}
