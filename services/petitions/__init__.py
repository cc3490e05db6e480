"""Citizen reception, petitions, complaints, denunciations, mediation."""
