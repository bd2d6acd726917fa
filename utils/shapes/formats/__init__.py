"""Mesh formats: a module for each, with a function from (path, textures) to a Mesh."""
