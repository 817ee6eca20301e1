"""MNIST: 70,000 handwritten digits, as images of 28x28 pixels.

LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document recognition", Proceedings of the
IEEE 86(11), 2278-2324, doi:10.1109/5.726791. Copyright Yann LeCun and Corinna Cortes, who give it out under
Creative Commons Attribution-Share Alike 3.0.
"""

from __future__ import annotations

import os

import numpy as np

from gradschool.datasets.dataset import Dataset
from gradschool.datasets.idx_pairs import FILES, read_pair, remotes
from gradschool.datasets.outside import ImageSet, Part, load

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

MNIST = ImageSet(
    name="mnist",
    shape=(1, 28, 28),
    targets=tuple("0123456789"),
    subfolders=("mnist", "MNIST/raw", "MNIST"),
    readers=(read_pair,),
    files=FILES,
    remotes={
        "train": remotes(
            "train",
            MIRRORS,
            images="440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            labels="3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        "test": remotes(
            "test",
            MIRRORS,
            images="8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            labels="f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    },
    namesake="Fashion-MNIST",
    namesake_begins={"train": (9, 0, 0, 3, 0, 2, 7, 2, 5, 5), "test": (9, 2, 1, 1, 6, 1, 4, 6, 5, 7)},
)


def load_mnist(
    part: Part = "train", *, path: str | os.PathLike[str] | None = None, download: bool = True
) -> Dataset[np.int64]:
    """Return MNIST: X (N, 1, 28, 28) float32 in [0, 1] and y (N,) int64 from 0 to 9; a classification.

    N is 60,000 for `part="train"` and 10,000 for `part="test"`. X[n, 0] is an image, rows from top to bottom: 0 is
    blank paper, 1 is ink, in steps of 1/255. y[n] is the digit that was meant; `targets` names the classes "0" to "9".

    The data do not ship with the course. They are looked for in the folder that the environment variable
    GRADSCHOOL_DATA names, or in its subfolder `mnist`, then in the cache folder, and then downloaded into the latter
    (12 MB) unless `download` is false. If `path` names a file or folder, they are read from there and nowhere else.
    What is read are the four official files, gzipped or not, or `mnist.npz` with x_train, y_train, x_test and y_test.

    Raises FileNotFoundError if there are no data, and ValueError if a file is damaged or not what its name says.

    Source: LeCun, Bottou, Bengio & Haffner (1998), Proceedings of the IEEE 86(11), 2278-2324, doi:10.1109/5.726791.
    """
    return load(MNIST, part, path, download)
