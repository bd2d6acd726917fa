"""What is measured, as commands that print a table with ratios: python -m benchmarks.<name>."""
