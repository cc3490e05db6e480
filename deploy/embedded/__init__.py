"""A real Kafka and a real PostgreSQL, installed by package clients, owned by their starter."""
