import pickle

import numpy as np
import pytest

from gradschool.datasets.pickled import Forbidden, PickledArray, unpickle


class Evil:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("protocol", [1, 2, 3, 4])
def test_an_array_is_kept_as_what_the_pickle_says_of_it(protocol, order):
    array = np.arange(6, dtype=np.uint8).reshape((2, 3), order=order)
    found = unpickle(pickle.dumps({"data": [array]}, protocol=protocol))["data"][0]
    assert isinstance(found, PickledArray)
    assert (found.shape, found.code, found.columns_first) == ((2, 3), "u1", order == "F")
    assert found.content == bytes(range(6))


def test_plain_values_come_back():
    value = {"a": [1, 2.5, None, True, ("b", b"c")]}
    assert unpickle(pickle.dumps(value, protocol=2)) == value


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (Evil(print, "caught"), r"\.print$"),
        (Evil(eval, "1"), r"\.eval$"),
        (Evil(getattr, 1, "real"), r"\.getattr$"),
        (np.float64(1), r"scalar"),
        (np.random.default_rng(0), r"numpy\.random"),
        (range(3), r"range$"),
        (PickledArray(), r"\._reconstructor$|gradschool\.datasets\.pickled\.PickledArray$"),
    ],
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_every_other_name_is_refused_and_nothing_runs(capsys, thing, name, protocol):
    with pytest.raises(Forbidden, match=name):
        unpickle(pickle.dumps([thing], protocol=protocol))
    assert capsys.readouterr().out == ""


def test_text_is_turned_into_bytes_in_one_way_only():
    with pytest.raises(pickle.UnpicklingError, match="bytes written as zip"):
        unpickle(b"c_codecs\nencode\n(Vx\nVzip\ntR.")
