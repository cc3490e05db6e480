"""Folds: pure functions from events to what they change in the tables."""
