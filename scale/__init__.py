"""The dataset: which objects there are, and shapes that stand in for those that are not at hand."""
