"""Names of what computes a network's values, as `--engine` has them and results record them."""

AUTO, TORCH, OPENVINO = ENGINES = ("auto", "torch", "openvino")  # auto: one of the others
