"""A vocabulary of characters: a whole number for each, in the order of their code points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
"""Characters as whole numbers from 0 on."""


class Vocabulary:
    """The characters that a text is made of, and the number of each.

    >>> letters = Vocabulary("banana")
    >>> letters.characters, letters.encode("nab").tolist(), letters.decode([1, 0, 2])
    ('abn', [2, 0, 1], 'ban')
    """

    def __init__(self, text: str) -> None:
        """Take the characters from `text`; raise ValueError if there is none."""
        if not text:
            raise ValueError("Vocabulary takes a text of one character or more, got none")
        self.characters = "".join(sorted(set(text)))
        self._codes = {character: code for code, character in enumerate(self.characters)}

    def __len__(self) -> int:
        """Return the number of different characters."""
        return len(self.characters)

    def encode(self, text: str) -> Codes:
        """Return the codes of `text`, of shape (len(text),); raise ValueError for a character that has none."""
        if unknown := sorted(set(text) - set(self._codes)):
            raise ValueError(f"the vocabulary has {len(self)} characters, and {unknown[0]!r} is not among them")
        return np.array([self._codes[character] for character in text], dtype=np.int64)

    def decode(self, codes: npt.ArrayLike) -> str:
        """Return the text of `codes`, whole numbers of shape (n,) from 0 to len(self) − 1; ValueError for others."""
        codes = np.asarray(codes)
        if codes.size and not (codes.min() >= 0 and codes.max() < len(self)):
            raise ValueError(f"decode takes codes from 0 to {len(self) - 1}, got {codes.min()} to {codes.max()}")
        return "".join(self.characters[code] for code in codes)
