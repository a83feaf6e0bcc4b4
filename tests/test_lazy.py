"""lazy: made once, on first use, and free to be assigned."""

from __future__ import annotations

import pytest

from psp.light import lazy


class Shop:
    made = 0

    @lazy
    def stock(self) -> list[str]:
        """What there is."""
        self.made += 1
        return ["tea"]


def test_it_is_made_on_first_use_and_kept():
    shop = Shop()
    assert shop.made == 0
    assert shop.stock is shop.stock
    assert shop.made == 1
    assert Shop().stock is not shop.stock


def test_it_can_be_assigned_and_deleted():
    shop = Shop()
    shop.stock = ["coffee"]
    assert shop.stock == ["coffee"]
    assert shop.made == 0
    del shop.stock
    assert shop.stock == ["tea"]
    with pytest.raises(AttributeError):
        del Shop().stock


def test_the_class_shows_what_it_is():
    assert isinstance(Shop.stock, lazy)
    assert Shop.stock.__doc__ == "What there is."
