"""CIFAR-10 as 128 features: the principal components of its photographs.

x = (pixels / 255 - m) P        pixels (N, 3072)      m (3072,) the mean training image
                                P (3072, 128) the eigenvectors of the 128 largest eigenvalues of the training images'
                                covariance, each with the sign that makes its largest entry positive

The features are not divided by anything: their spread falls from the first to the last. Krizhevsky (2009), "Learning
multiple layers of features from tiny images", technical report, University of Toronto; Pearson (1901), Philosophical
Magazine 2, doi:10.1080/14786440109462720.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gradschool.datasets.cifar10 import CIFAR10, load_cifar10
from gradschool.datasets.dataset import Dataset
from gradschool.datasets.folders import VARIABLE, cache_folder, data_folder
from gradschool.datasets.npz import read_npz
from gradschool.datasets.outside import Part, need_range

FILE = "cifar10_pca128.npz"
COUNT = 128
MADE = (
    "The features are published nowhere. They are computed from CIFAR-10, in some minutes and with 4 GB of memory:\n"
    "  from gradschool.datasets.cifar10_features import write_cifar10_features\n"
    '  write_cifar10_features("FOLDER")'
)


def load_cifar10_features(part: Part = "train", *, path: str | os.PathLike[str] | None = None) -> Dataset[np.int64]:
    """Return CIFAR-10's principal components: X (N, 128) float32 and y (N,) int64 from 0 to 9; a classification.

    N is 50,000 for `part="train"`; for `part="test"` it is as many of the 10,000 images as the file holds. X[n] are the
    coordinates of an image in the directions in which the training images spread most, the widest first: pixels / 255,
    less the mean training image, projected on the first 128 principal components of the training images. They are not
    scaled. `targets` names the classes, from "airplane" to "truck".

    The data do not ship with the course, and nobody publishes them: `cifar10_features.write_cifar10_features` makes
    them of CIFAR-10. They are looked for as `cifar10_pca128.npz` in the folder that the environment variable
    GRADSCHOOL_DATA names, then in the cache folder. If `path` names a file, or a folder with a file of that name, they
    are read from there and nowhere else. The file holds x_train, y_train, x_test and y_test.

    Raises FileNotFoundError, which says how to make the file, if there is none, and ValueError for a `part` that there
    is not, or if the file is damaged or holds something else.

    Source: computed from Krizhevsky (2009), technical report, University of Toronto.
    """
    if part not in ("train", "test"):
        raise ValueError(f"load_cifar10_features takes part 'train' or 'test', got {part!r}; a file is given as path=…")
    file = _found(path)
    x, y = read_npz(file, part)
    if x.ndim != 2 or x.shape[1] != COUNT or not len(x) or x.dtype.kind != "f" or not np.isfinite(x).all():
        raise ValueError(f"{file}: rows of {COUNT} finite fractions are needed, found {x.shape} of {x.dtype}")
    if y.shape != (len(x),):
        raise ValueError(f"{file}: a label for each of the {len(x):,} rows is needed, found the shape {y.shape}")
    need_range(file, "labels", y, len(CIFAR10.targets) - 1)
    return Dataset(
        X=x.astype(np.float32),
        y=y.astype(np.int64),
        features=tuple(f"component {k + 1}" for k in range(COUNT)),
        targets=CIFAR10.targets,
    )


def write_cifar10_features(
    folder: str | os.PathLike[str], *, path: str | os.PathLike[str] | None = None, download: bool = True
) -> Path:
    """Compute the features, write them into `folder`, which exists, and return the path of the file.

    The images are those that `load_cifar10` finds with `path` and `download`, and its errors are raised here. The
    features are kept as float16, half a thousandth of their size apart.
    """
    target = Path(folder).expanduser() / FILE
    if not target.parent.is_dir():
        raise FileNotFoundError(f"write_cifar10_features: there is no folder {target.parent}; make it first")
    kept: dict[str, npt.NDArray[np.generic]] = {}
    train = load_cifar10("train", path=path, download=download)
    mean, components = principal_components(train.X.reshape(len(train.X), -1), COUNT)
    for part, data in (("train", train), ("test", load_cifar10("test", path=path, download=download))):
        pixels = data.X.reshape(len(data.X), -1)
        kept[f"x_{part}"] = ((pixels - mean) @ components).astype(np.float16)
        kept[f"y_{part}"] = data.y.astype(np.uint8)
    np.savez(target, **kept)  # type: ignore[arg-type]
    return target


def principal_components(
    x: npt.NDArray[np.floating], count: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the mean of x (N, D), of shape (D,), and its first `count` principal components, (D, count), as float32.

    The components are columns of length 1, at right angles, in the order of falling spread; each has the sign that
    makes its largest entry positive. Raises ValueError unless `count` is from 1 to D and N is 2 or more.
    """
    if x.ndim != 2 or len(x) < 2 or not 1 <= count <= x.shape[1]:
        raise ValueError(f"principal_components takes 2 rows or more and a count from 1 to D, got {x.shape}, {count}")
    mean = x.mean(axis=0, dtype=np.float64)
    scatter = np.zeros((x.shape[1], x.shape[1]))
    for start in range(0, len(x), 4096):  # all rows at once, in float64, would take twice the memory of the data
        rows = x[start : start + 4096] - mean
        scatter += rows.T @ rows
    _, vectors = np.linalg.eigh(scatter)
    first = vectors[:, ::-1][:, :count]
    signs = np.sign(first[np.argmax(np.abs(first), axis=0), np.arange(count)])
    return mean.astype(np.float32), (first * signs).astype(np.float32)


def _found(path: str | os.PathLike[str] | None) -> Path:
    """Return the file, from where the loader's docstring says; raise FileNotFoundError if there is none."""
    if path is not None:
        place = Path(path).expanduser()
        file = place / FILE if place.is_dir() else place
        if not file.is_file():
            raise FileNotFoundError(f"load_cifar10_features: there is no {file}\n{MADE}")
        return file
    folders = [folder for folder in (data_folder(), cache_folder()) if folder]
    for folder in folders:
        if (folder / FILE).is_file():
            return folder / FILE
    places = "\n".join(f"  in {folder}" for folder in folders)
    raise FileNotFoundError(
        f"load_cifar10_features found no {FILE} on this machine:\n{places}\n{MADE}\n"
        f"Then name it, load_cifar10_features(path=FOLDER), or set the environment variable {VARIABLE} to the folder."
    )
