"""Births, deaths, marriages, marital status, certifications."""
