"""Networks of transformers, timm and OpenCLIP: small random ones in folders, as their hubs would give them."""
import json
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import map as map_script
from tests.hubs import MEAN, STD, make_hf, make_open_clip, make_timm
from utils import Confidence, load_stand_in
from utils.errors import InputError
from utils.networks import load_network

CUP = load_stand_in(5, 0)
POINTS = [(30, 20), (150, 40)]


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def hf_folder(tmp_path):
    """An image classifier of transformers', with its image processor."""
    pytest.importorskip("transformers", reason="needs transformers: pip install transformers")
    make_hf(tmp_path)
    return tmp_path


def test_a_classifier_of_transformers(hf_folder, tmp_path, run_script):
    import transformers
    network = load_network(f"hf:{hf_folder}")
    assert (network.image_size, network.n_classes, network.class_names) == (40, 3, ("cup", "dog", "coffee mug"))
    np.testing.assert_allclose(network.normalization, [MEAN, STD], atol=1e-6)
    f = Confidence.of(network, "coffee", CUP, engine="torch")
    module = transformers.AutoModelForImageClassification.from_pretrained(hf_folder).eval()
    processor = transformers.AutoImageProcessor.from_pretrained(hf_folder)
    pixels = (f.images(POINTS) * 255).round().to(torch.uint8)
    with torch.no_grad():
        expected = module(**processor(list(pixels), return_tensors="pt")).logits.softmax(1)[:, 2]
    torch.testing.assert_close(f(POINTS), expected, atol=0.01, rtol=0)
    assert expected.std() > 1e-4
    code, _, err = run_script(map_script, "--network", f"hf:{hf_folder}", "--label", "dog", "--step", 90, "--gpu", -1,
                              "--engine", "torch", "--checkpoint_dir", tmp_path / "ck")
    assert code == 0 and len(list((tmp_path / "ck").rglob("map.pt"))) == 1, err


def test_a_classifier_of_transformers_with_other_weights(hf_folder, tmp_path):
    state = {key: value + 1 if value.is_floating_point() else value
             for key, value in load_network(f"hf:{hf_folder}").load().module.state_dict().items()}
    save_file(state, tmp_path / "w.safetensors")
    for weights, expected in (("random", None), (tmp_path / "w.safetensors", state["classifier.1.bias"])):
        (hf_folder / "model.safetensors").unlink(missing_ok=True)  # it is not asked for
        module = load_network(f"hf:{hf_folder}", weights).load().module
        assert expected is None or torch.equal(module.classifier[1].bias, expected)


def test_what_is_no_classifier_of_transformers(hf_folder, tmp_path):
    with pytest.raises(InputError, match="^`network` hf:no/such: cannot be had .*; expected an image classifier"):
        load_network("hf:no/such").load()
    config = json.loads((hf_folder / "config.json").read_text())
    (hf_folder / "config.json").write_text(json.dumps({**config, "problem_type": "multi_label_classification"}))
    with pytest.raises(InputError, match="is for multi label classification; expected one that tells one class from"):
        load_network(f"hf:{hf_folder}").load()
    (hf_folder / "config.json").write_text(json.dumps(config))
    from safetensors.torch import load_file
    state = load_file(hf_folder / "model.safetensors")
    save_file({key: value for key, value in state.items() if "classifier" not in key}, hf_folder / "model.safetensors",
              {"format": "pt"})
    with pytest.raises(InputError, match="has no weights for classifier.1.bias, so it is no trained image classifier"):
        load_network(f"hf:{hf_folder}").load()


@pytest.fixture
def timm_folder(tmp_path):
    """A network of timm's."""
    pytest.importorskip("timm", reason="needs timm: pip install timm")
    make_timm(tmp_path)
    return tmp_path


def test_a_network_of_timms_in_a_folder(timm_folder):
    network = load_network(f"timm:local-dir:{timm_folder}")
    assert (network.image_size, network.n_classes, network.class_names) == (48, 3, ("cup", "dog", "coffee mug"))
    assert network.normalization == (tuple(MEAN), tuple(STD))
    values = Confidence.of(network, "dog", CUP, engine="torch")(POINTS)
    assert values.std() > 1e-5
    first, second = (load_network(f"timm:local-dir:{timm_folder}", "random").load() for _ in range(2))
    assert torch.equal(first.conv1.weight, second.conv1.weight)
    assert not torch.equal(first.conv1.weight, network.load().conv1.weight)


def test_timms_hub_and_networks_without_classes():
    pytest.importorskip("timm", reason="needs timm: pip install timm")
    with pytest.raises(InputError, match="^`network` timm:hf-hub:no/such: its weights could not be downloaded"):
        load_network("timm:hf-hub:no/such").load()
    with pytest.raises(InputError, match="^`network` timm:vit_small_patch14_dinov2: has no classes, and gives feat"):
        load_network("timm:vit_small_patch14_dinov2", "random").load()


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    """A small model of OpenCLIP's."""
    pytest.importorskip("open_clip", reason="needs OpenCLIP: pip install open_clip_torch")
    folder = tmp_path_factory.mktemp("clip")
    make_open_clip(folder)
    return folder


def test_a_zero_shot_classifier(clip_folder):
    import open_clip
    name = f"open_clip:local-dir:{clip_folder}"
    network = load_network(name)
    assert (network.image_size, network.n_classes, network.label(5)) == (32, 1000, 968)
    assert network.normalization == (tuple(MEAN), tuple(STD))
    f = Confidence.of(network, "cup", CUP, engine="torch")
    assert f.label == 968 and f.class_name == "cup"
    model = open_clip.create_model(f"local-dir:{clip_folder}").eval()
    tokenizer = open_clip.get_tokenizer(f"local-dir:{clip_folder}")
    images = (f.images(POINTS) - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    with torch.no_grad():
        texts = model.encode_text(tokenizer([f"a photo of a {one}." for one in network.class_names]), normalize=True)
        logits = model.logit_scale.exp() * model.encode_image(images, normalize=True) @ texts.T
    torch.testing.assert_close(f(POINTS), logits.softmax(1)[:, 968], atol=1e-6, rtol=1e-4)


@pytest.fixture
def few_names(monkeypatch):
    """Three classes in the place of ImageNet's."""
    monkeypatch.setattr("utils.networks.open_clip_networks.imagenet_names", lambda: ("cup", "coffee mug", "dog"))


def test_a_zero_shot_classifier_takes_any_text_as_a_class(clip_folder, few_names, run_script, tmp_path):
    name = f"open_clip:local-dir:{clip_folder}"
    plain = load_network(name)
    assert plain.labelled("Coffee_Mug") == (plain, 1) and plain.labelled("2") == (plain, 2)
    red, index = plain.labelled("a red  mug")
    assert index == 3 and red.class_names == ("cup", "coffee mug", "dog", "a red mug") and red.folder == plain.folder
    other, index = plain.labelled("coff")  # no beginning of a name is meant
    assert index == 3 and len({red, other, plain}) == 3
    assert len({network.weights_identity() for network in (red, other, plain)}) == 3
    code, _, err = run_script(map_script, "--network", name, "--label", "a red mug", "--step", 90, "--gpu", -1,
                              "--engine", "torch", "--checkpoint_dir", tmp_path)
    assert code == 0, err
    code, _, err = run_script(map_script, "--network", name, "--label", "a blue mug", "--step", 90, "--gpu", -1,
                              "--engine", "torch", "--checkpoint_dir", tmp_path)
    assert code == 2 and "made from something else (weights" in err, err
    with pytest.raises(InputError, match="expected a number, 0 to 2"):
        plain.labelled(-1)


def test_zero_shot_weights_of_a_file(clip_folder, few_names, tmp_path):
    name = f"open_clip:local-dir:{clip_folder}"
    state = load_network(name).load().model.state_dict()
    torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}}, tmp_path / "w.pt")
    same, random = load_network(name, tmp_path / "w.pt"), load_network(name, "random")
    assert torch.equal(same.load().texts, load_network(name).load().texts)
    assert not torch.equal(random.load().texts, same.load().texts)
    assert random.weights_identity() == load_network(name, "random").weights_identity() != same.weights_identity()


def test_prompts_are_encoded_once(clip_folder, few_names, monkeypatch, tmp_path):
    import open_clip
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    network, other = (load_network(f"open_clip:local-dir:{clip_folder}").labelled(text)[0] for text in ("cup", "a cap"))
    texts = network.load().texts
    path, = tmp_path.rglob("*.pt")
    encode = open_clip.model.CLIP.encode_text
    monkeypatch.setattr(open_clip.model.CLIP, "encode_text", None)
    again = load_network(f"open_clip:local-dir:{clip_folder}")
    assert torch.equal(again.load().texts, texts)
    monkeypatch.setattr(open_clip.model.CLIP, "encode_text", encode)
    path.write_bytes(b"half a file")
    assert torch.equal(load_network(f"open_clip:local-dir:{clip_folder}").load().texts, texts)
    assert other.load().texts.shape[0] == 4 and len(list(tmp_path.rglob("*.pt"))) == 2


def test_models_that_openclip_has_not():
    pytest.importorskip("open_clip", reason="needs OpenCLIP: pip install open_clip_torch")
    for name, words in (("ViT-B-33/openai", r"OpenCLIP has no such model; did you mean .*ViT-B-32"),
                        ("RN50", "expected open_clip:RN50/PRETRAINED with one of openai, yfcc15m, cc12m"),
                        ("RN50/none", "expected open_clip:RN50/PRETRAINED with one of openai, yfcc15m, cc12m"),
                        ("local-dir:/nowhere", "cannot be had")):
        with pytest.raises(InputError, match=f"^`network` open_clip:{name}: {words}"):
            load_network(f"open_clip:{name}").load()


@pytest.mark.parametrize("name, package, pip", [("hf:a", "transformers", "transformers"), ("timm:a", "timm", "timm"),
                                                ("open_clip:RN50/openai", "open_clip", "open_clip_torch")])
def test_a_missing_package_brings_its_command(name, package, pip, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=f"^`network` {name}: {package} cannot be imported .*; pip install {pip}$"):
        load_network(name).load()
