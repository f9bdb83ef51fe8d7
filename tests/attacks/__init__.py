"""Attacks as tests: one file for each kind, against the whole house on a real database."""
