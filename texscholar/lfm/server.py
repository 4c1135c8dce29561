"""A server as a backend."""
