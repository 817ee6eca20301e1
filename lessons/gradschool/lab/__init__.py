"""What a notebook imports: the checks of its lesson, and a gradient check. There are no answers in it."""

from gradschool.lab.check_gradient import check_gradient
from gradschool.lab.session import case, done, open_lesson, progress

__all__ = ["case", "check_gradient", "done", "open_lesson", "progress"]
