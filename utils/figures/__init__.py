"""Findings and results to pictures."""
