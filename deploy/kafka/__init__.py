"""A Kafka that knows its users: what its brokers are told, and what makes users and rights."""
