"""Event names of owed work and talk: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What happens to actions, comments, notices and jobs."""

    ACTION_ACCEPTED = "work.action.accepted"
    ACTION_CANCELLED = "work.action.cancelled"
    ACTION_DONE = "work.action.done"
    ACTION_OWED = "work.action.owed"
    ACTION_RETURNED = "work.action.returned"
    COMMENT_RESOLVED = "work.comment.resolved"
    COMMENT_WRITTEN = "work.comment.written"
    JOB_ASKED = "work.job.asked"
    JOB_MOVED = "work.job.moved"
    NOTICE_READ = "work.notice.read"
    NOTICE_SENT = "work.notice.sent"
