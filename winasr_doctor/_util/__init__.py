"""Helpers that every package may use and that import no other package."""
