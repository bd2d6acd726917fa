"""Names of the engines that compute a network's values, as users choose them and results record them."""

AUTO, TORCH, OPENVINO = ENGINES = ("auto", "torch", "openvino")  # auto: one of the others
