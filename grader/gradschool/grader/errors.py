"""The exceptions of this program, and the status it exits with.

GradschoolError        1
├── LessonError        3   a lesson is not in order: the author mends it
├── StaleError         4   a built file does not match its source: `gradschool build` mends it
├── ClassroomError     5   a classroom's folder or gradebook is not what it should be
├── IsolationError     6   this machine can't have the sandbox that is asked for, or any
├── SubmissionError    -   one submission can't be read: reported, never raised out of `grade`
└── Interrupted      130   a run was asked to stop: what was done is recorded
"""


class GradschoolError(Exception):
    """What this program raises on purpose; its text is for the person who called it."""

    exit_code = 1


class LessonError(GradschoolError):
    """A lesson is not in order."""

    exit_code = 3


class StaleError(GradschoolError):
    """A built file does not match its source."""

    exit_code = 4


class ClassroomError(GradschoolError):
    """A classroom's folder or gradebook is not what it should be."""

    exit_code = 5


class IsolationError(GradschoolError):
    """This machine can't have the sandbox that is asked for, or any."""

    exit_code = 6


class SubmissionError(GradschoolError):
    """A submission can't be read."""


class Interrupted(GradschoolError):
    """A run was asked to stop."""

    exit_code = 130
