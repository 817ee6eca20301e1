import numpy as np
import pytest

from gradschool.nn import ReduceLROnPlateau


def rates(values, **options):
    plateau = ReduceLROnPlateau(0.8, **{"factor": 0.5, "patience": 1, "threshold": 0.0, **options})
    return [plateau.step(value) for value in values]


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        ([3, 2, 1, 0.5], {}, [0.8, 0.8, 0.8, 0.8]),
        # one bad value is borne, the second is not; then the count starts again
        ([1, 1, 1, 1, 1, 1], {}, [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]),
        ([1, 1, 1, 1], {"patience": 0}, [0.8, 0.4, 0.2, 0.1]),
        # a better value in between starts the count again
        ([5, 5, 4, 4, 4, 3], {}, [0.8, 0.8, 0.8, 0.8, 0.4, 0.4]),
        ([1, 2, 3, 3, 3], {"mode": "max"}, [0.8, 0.8, 0.8, 0.8, 0.4]),
        # an improvement of 10% is asked for, and 10 / 8 / 7.5 has one of 20% and one of 6%
        ([10, 8, 7.5, 7.3], {"threshold": 0.1}, [0.8, 0.8, 0.8, 0.4]),
        ([10, 8, 7.5, 7.1], {"threshold": 0.1}, [0.8, 0.8, 0.8, 0.8]),
        ([1, 1.05, 1.15], {"threshold": 0.1, "mode": "max", "patience": 0}, [0.8, 0.4, 0.4]),
        ([10, 9.5, 8.5], {"threshold": 1, "threshold_mode": "abs", "patience": 0}, [0.8, 0.4, 0.4]),
        ([1, 2, 2.5], {"threshold": 1, "threshold_mode": "abs", "patience": 0, "mode": "max"}, [0.8, 0.4, 0.4]),
        # two values are not counted after the rate has fallen
        ([1] * 7, {"patience": 0, "cooldown": 2}, [0.8, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2]),
        ([1] * 5, {"patience": 0, "minimum": 0.3}, [0.8, 0.4, 0.3, 0.3, 0.3]),
        ([1] * 3, {"patience": 0, "minimum": 0.9}, [0.8, 0.8, 0.8]),
        # NaN is no improvement, and no best value either
        ([np.nan, np.nan, 5, np.nan, 4], {}, [0.8, 0.4, 0.4, 0.4, 0.4]),
        ([np.inf, np.inf, 1], {}, [0.8, 0.4, 0.4]),
    ],
)
def test_worked_by_hand(values, options, expected):
    assert rates(values, **options) == pytest.approx(expected, rel=1e-14)


def test_what_it_remembers_is_there_to_see():
    plateau = ReduceLROnPlateau(0.8, patience=2, cooldown=4)
    for value in [3, 2, 2, 2, 2]:
        plateau.step(value)
    assert plateau.best == 2
    assert (plateau.waited, plateau.cooling) == (0, 4)
    assert plateau.learning_rate == pytest.approx(0.08)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"learning_rate": -1}, "ReduceLROnPlateau(learning_rate=-1) takes a finite number of 0 or more"),
        ({"mode": "auto"}, "ReduceLROnPlateau(mode='auto') takes min or max"),
        ({"threshold_mode": "both"}, "ReduceLROnPlateau(threshold_mode='both') takes rel or abs"),
        ({"factor": 1.0}, "ReduceLROnPlateau(factor=1.0) takes a number from 0 up to, but not including, 1"),
        ({"factor": -0.1}, "ReduceLROnPlateau(factor=-0.1) takes a number from 0 up to, but not including, 1"),
        ({"patience": -1}, "ReduceLROnPlateau(patience=-1) takes a finite number of 0 or more"),
        ({"threshold": np.nan}, "ReduceLROnPlateau(threshold=nan) takes a finite number of 0 or more"),
        ({"cooldown": -1}, "ReduceLROnPlateau(cooldown=-1) takes a finite number of 0 or more"),
        ({"minimum": -1}, "ReduceLROnPlateau(minimum=-1) takes a finite number of 0 or more"),
    ],
)
def test_wrong_arguments(options, text):
    with pytest.raises(ValueError) as caught:
        ReduceLROnPlateau(**{"learning_rate": 0.8, **options})
    assert str(caught.value) == text
