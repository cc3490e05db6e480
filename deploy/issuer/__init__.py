"""The development issuer: OpenID Connect for the embedded run, never for an office."""
