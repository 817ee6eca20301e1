"""A student's files, and what is made of them before anything runs.

folder ──files──▶ Submission ──reading──▶ cells ──arrange──▶ Prepared

`files` finds the notebook and reads it in little memory (`skim`); `reading` makes cells of whatever the bytes are;
`arrange` puts them into the lesson's own order, restores what the student must not change, and keeps what the student
added where it was added. What was found and done is said in notes; what can be graded is graded.
"""

from gradschool.grader.submission.arrange import prepare
from gradschool.grader.submission.files import find_submission
from gradschool.grader.submission.reading import read_notebook
from gradschool.grader.submission.values import Prepared, PreparedCell, RawCell, Submission

__all__ = ["Prepared", "PreparedCell", "RawCell", "Submission", "find_submission", "prepare", "read_notebook"]
