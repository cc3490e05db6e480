"""The one-stop case as every department handles it: commands, decisions, table, HTTP interface.

A department adds what only it knows, the acts that resolve its procedures (its own `model.py`).
"""
