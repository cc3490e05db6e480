"""What the other departments declare on statutory forms."""
