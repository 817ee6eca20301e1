"""Store what PyTorch computes for every case: `python tests/pytorch/make.py [FILE ...]` (`layers`, `losses`, …).

PyTorch 2.13.0 made what is stored: `pip install torch==2.13.0`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pytorch.case import FOLDER, all_cases, sample, theirs


def main(wanted: list[str]) -> None:
    """Write `goldens/FILE.npz` for each file of cases, or for those that are wanted."""
    import torch

    torch.use_deterministic_algorithms(True)
    goldens: dict[str, dict[str, np.ndarray]] = {}
    for name, (case, options) in all_cases().items():
        file = name.split(":")[0]
        if wanted and file not in wanted:
            continue
        for key, array in theirs(torch, name, case, options).items():
            goldens.setdefault(file, {})[json.dumps([name, key, array.shape])] = sample(array)
    for file, arrays in goldens.items():
        index = np.array(list(arrays))
        np.savez_compressed(
            FOLDER / "goldens" / f"{file}.npz",
            index=index,
            lengths=np.array([len(a) for a in arrays.values()]),
            values=np.concatenate(list(arrays.values())),
        )
        print(f"{file}: {len(index)} arrays, {(FOLDER / 'goldens' / f'{file}.npz').stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
