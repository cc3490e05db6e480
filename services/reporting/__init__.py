"""The fold, the tallies and the term report."""
