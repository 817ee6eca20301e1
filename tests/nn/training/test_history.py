import math

import pytest

from gradschool.nn import History


def test_values_stand_beside_their_epochs():
    history = History()
    history.record(3, {"loss": 2.0})
    logs = {"loss": 1.0, "val_loss": 4.0}
    history.record(4, logs)
    logs["later"] = 5.0
    assert history.epochs == [3, 4]
    assert history["loss"] == [2, 1]
    assert math.isnan(history["val_loss"][0])
    assert history["val_loss"][1] == 4
    assert history["later"][1] == 5
    assert "loss" in history
    assert "accuracy" not in history
    assert len(history) == 2
    assert repr(history) == "History(2 epochs, loss 1, val_loss 4, later 5)"


def test_a_missing_name_is_refused_with_those_there_are():
    history = History()
    with pytest.raises(KeyError, match="no 'loss', but no epoch yet"):
        history["loss"]
    history.record(0, {"loss": 2.0, "learning_rate": 0.1})
    with pytest.raises(KeyError, match="no 'val_loss', but loss, learning_rate"):
        history["val_loss"]
