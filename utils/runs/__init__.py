"""Options to a finished result, once or on a cluster."""
