"""Small random networks in folders, as the hubs of transformers, timm and OpenCLIP would give them, and one of ONNX."""
import json

import numpy as np
import torch
from safetensors.torch import save_file

NAMES = {0: "cup", 1: "dog", 2: "coffee mug"}
MEAN, STD = [0.5, 0.4, 0.3], [0.2, 0.25, 0.3]


def make_hf(folder):
    """An image classifier of transformers, with its image processor."""
    import transformers
    torch.manual_seed(7)
    module = transformers.ResNetForImageClassification(transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], num_labels=3, id2label=NAMES, layer_type="basic"))
    torch.nn.init.normal_(module.classifier[1].weight)
    module.save_pretrained(folder)
    transformers.ViTImageProcessor(size=dict(height=40, width=40), image_mean=MEAN, image_std=STD).save_pretrained(
        folder)


def make_timm(folder):
    """A network of timm's."""
    import timm
    torch.manual_seed(7)
    small = dict(layers=[1, 1, 1, 1], channels=[8, 8, 8, 8])
    module = timm.create_model("resnet18", pretrained=False, num_classes=3, **small)
    save_file(module.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(dict(
        architecture="resnet18", num_classes=3, model_args=small, pretrained_cfg=dict(
            input_size=[3, 48, 48], mean=MEAN, std=STD, num_classes=3, label_names=list(NAMES.values())))))


def make_open_clip(folder):
    """A model of OpenCLIP's."""
    import open_clip
    config = dict(embed_dim=16, vision_cfg=dict(image_size=32, layers=1, width=32, head_width=16, patch_size=16),
                  text_cfg=dict(context_length=24, vocab_size=49408, width=16, heads=2, layers=1))
    (folder / "open_clip_config.json").write_text(json.dumps(dict(
        model_cfg=config, preprocess_cfg=dict(size=32, mean=MEAN, std=STD))))
    torch.manual_seed(7)
    save_file(open_clip.model.CLIP(**config).state_dict(), folder / "open_clip_model.safetensors")


def make_onnx(folder):
    """model.onnx: images [B, 3, 32, 32] -> logits [B, 2]."""
    import pytest
    onnx = pytest.importorskip("onnx", reason="needs onnx")
    weights = np.random.default_rng(0).normal(size=(3 * 32 * 32, 2)).astype(np.float32)
    tensor, FLOAT = onnx.helper.make_tensor_value_info, onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Flatten", ["images"], ["flat"]), onnx.helper.make_node("MatMul", ["flat", "w"], ["y"])],
        "network", [tensor("images", FLOAT, ["B", 3, 32, 32])], [tensor("y", FLOAT, ["B", 2])],
        [onnx.numpy_helper.from_array(weights, "w")])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9),
              folder / "model.onnx")
