"""`__all__` and what can be imported are the same list."""

from types import ModuleType

from gradschool import datasets


def test_all_lists_every_public_name_and_no_other():
    public = {
        name for name, value in vars(datasets).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert set(datasets.__all__) == public
    assert datasets.__all__ == sorted(datasets.__all__)


def test_every_public_name_has_a_docstring():
    assert [name for name in datasets.__all__ if not getattr(datasets, name).__doc__] == []
