"""What there is to sell, in cents."""
import types
from string import lower

prices = {"Tea": 350, "apple": 25L, "Milk": 99}


def find(word):
	"""The names that hold a word."""
        if type(word) != types.StringType:
		raise TypeError, "a word, please"
	return [name for name, price in prices.iteritems()
		if lower(name).find(lower(word)) >= 0]
