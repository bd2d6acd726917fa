"""The options of the scripts. Nothing here imports torch."""
