"""Networks whose results' folders have other names than they. Nothing here needs torch: reports do not load it."""
FOLDERS = {
    "resnet": "ResNet50", "alexnet": "AlexNet", "vgg": "VGG", "incept": "Inceptionv3",  # as in the paper
    "efficientnet_lite0": "EfficientNetLite0", "efficientnet_lite1": "EfficientNetLite1",
    "efficientnet_lite2": "EfficientNetLite2",
}
GONE = {"demo": "Demo"}  # networks that this program had; people have results of them
