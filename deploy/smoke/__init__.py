"""`make smoke`: the installation of docker-compose.yml started, used, broken, taken down."""
