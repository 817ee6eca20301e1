"""Make diabetes.npz from scikit-learn's copy: `python datasets/make/make_diabetes.py [FOLDER]`."""

import numpy as np
from pack import write
from sklearn.datasets import load_diabetes

if __name__ == "__main__":
    source = load_diabetes(scaled=False)
    write("diabetes", {"X": source.data.astype(np.float64), "y": source.target.astype(np.float64)})
