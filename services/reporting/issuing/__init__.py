"""Issuing: a report becomes a document of record, by people of different roles."""
