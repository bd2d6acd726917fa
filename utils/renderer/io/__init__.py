"""Mesh and material files."""
