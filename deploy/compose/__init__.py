"""What an installation by docker-compose.yml needs before its first start."""
