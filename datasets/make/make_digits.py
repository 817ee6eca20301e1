"""Make digits.npz from scikit-learn's copy: `python datasets/make/make_digits.py [FOLDER]`.

Both arrays are whole numbers below 17, so a byte holds each: the loader divides and converts.
"""

import numpy as np
from pack import write
from sklearn.datasets import load_digits

if __name__ == "__main__":
    source = load_digits()
    write("digits", {"X": source.images.astype(np.uint8), "y": source.target.astype(np.uint8)})
