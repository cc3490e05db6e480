"""The published language and the plumbing that the services share; imports no service."""
