"""The audit trail of a database: every act in a table that only grows, chained and verifiable."""
