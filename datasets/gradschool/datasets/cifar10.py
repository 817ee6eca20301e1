"""CIFAR-10: 60,000 colour photographs of ten kinds of things, as images of 32x32 pixels.

Krizhevsky (2009), "Learning multiple layers of features from tiny images", technical report, University of Toronto,
<https://www.cs.toronto.edu/~kriz/cifar.html>, which names no licence and asks for this citation.
"""

from __future__ import annotations

import os

import numpy as np

from gradschool.datasets.cifar_files import read_archive, read_folder
from gradschool.datasets.dataset import Dataset
from gradschool.datasets.download import Remote
from gradschool.datasets.outside import ImageSet, Part, load

ARCHIVE = Remote(
    name="cifar-10-binary.tar.gz",
    sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    urls=("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
)

CIFAR10 = ImageSet(
    name="cifar10",
    shape=(3, 32, 32),
    targets=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    subfolders=(
        "cifar10",
        "cifar10/cifar-10-batches-bin",
        "cifar10/cifar-10-batches-py",
        "cifar-10-batches-bin",
        "cifar-10-batches-py",
    ),
    readers=(read_folder, read_archive),
    files="cifar-10-binary.tar.gz, cifar-10-python.tar.gz or what either unpacks to",
    remotes={"train": (ARCHIVE,), "test": (ARCHIVE,)},
)


def load_cifar10(
    part: Part = "train", *, path: str | os.PathLike[str] | None = None, download: bool = True
) -> Dataset[np.int64]:
    """Return CIFAR-10: X (N, 3, 32, 32) float32 in [0, 1] and y (N,) int64 from 0 to 9; a classification.

    N is 50,000 for `part="train"` (614 MB of memory) and 10,000 for `part="test"`. X[n] is an image: the red, green and
    blue channel, each with its rows from top to bottom; 0 is dark, 1 is full brightness, in steps of 1/255.
    `np.moveaxis(X[n], 0, 2)` is what `imshow` takes. `targets` names the classes, from "airplane" to "truck".

    The data do not ship with the course. They are looked for in the folder that the environment variable
    GRADSCHOOL_DATA names, or in its subfolder `cifar10`, then in the cache folder, and then downloaded into the latter
    (170 MB) unless `download` is false. If `path` names a file or folder, they are read from there and nowhere else.
    What is read are the official batches, binary or for Python, in a folder or in their tar.gz, or `cifar10.npz` with
    x_train, y_train, x_test and y_test. A pickle among them can run no code.

    Raises FileNotFoundError if there are no data, and ValueError if a file is damaged or not what its name says.

    Source: Krizhevsky (2009), technical report, University of Toronto.
    """
    return load(CIFAR10, part, path, download)
