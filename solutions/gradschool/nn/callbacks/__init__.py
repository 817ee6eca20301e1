"""What can be done between the batches and the epochs of `fit`.

A callback is an object with five methods. Each is called with the `Run`: the model, the optimizer, the epoch, the
values so far, and `stop`, which ends the training. Callbacks are called in the order in which `fit` gets them.
"""

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.callbacks.csv_logger import CSVLogger
from gradschool.nn.callbacks.early_stopping import EarlyStopping
from gradschool.nn.callbacks.lambda_callback import LambdaCallback
from gradschool.nn.callbacks.learning_rate_scheduler import LearningRateScheduler
from gradschool.nn.callbacks.model_checkpoint import ModelCheckpoint
from gradschool.nn.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from gradschool.nn.callbacks.terminate_on_nan import TerminateOnNaN
from gradschool.nn.training.run import Run

__all__ = [
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "Run",
    "TerminateOnNaN",
]
