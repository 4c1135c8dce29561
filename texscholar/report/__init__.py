"""Renderers: each turns an outcome into one format."""
