"""Reads Python environments from outside: nothing is installed into them or imported from them."""
