"""The exported tables hold every view and every region, as the files have them."""
import builtins
import csv

import numpy as np
import pytest
import torch

import report as script
from tests.trees import METHODS, write_result
from utils.findings.export import TABLES
from utils.results.layout import MAP, OPTIM


@pytest.fixture
def export(run_script, tmp_path):
    write_result(tmp_path / "t/AlexNet/5/0", 5, 0, answers=True, largest=True)
    write_result(tmp_path / "t/AlexNet/5/1", 5, 1, parameters=("azimuth",), step=30)

    def run(*words):
        return run_script(script, "export", "--checkpoint_dir", tmp_path / "t", "--results_dir", tmp_path, *words)
    return run


def test_every_view_and_region_by_the_files_themselves(export, tmp_path):
    code, out, err = export()
    assert code == 0, err
    rows = {name: list(csv.DictReader(open(tmp_path / f"export/{name}.csv", newline=""))) for name in TABLES}
    assert all(list(found[0])[:len(TABLES[name])] == [column.name for column in TABLES[name]]
               for name, found in rows.items())
    answered, unanswered = (torch.load(tmp_path / "t/AlexNet/5" / number / MAP) for number in "01")
    mine, other = ([row for row in rows["views"] if row["object_nb"] == number] for number in "01")
    assert len(mine) == answered["z"].numel() and len(other) == unanswered["z"].numel()
    for column, key in (("azimuth", "xx"), ("elevation", "yy"), ("score", "z"), ("top1", "top1"),
                        ("top1_score", "top1_score")):
        np.testing.assert_array_equal(np.array([row[column] for row in mine], np.float32),
                                      answered[key].ravel().float().numpy())
    assert [row["top1_name"] for row in mine] == [answered["top1_names"][k] for k in answered["top1"].ravel().tolist()]
    assert {row["top1"] for row in other} == {""} and len(mine[5]["score"]) < 13  # no digits that say nothing

    stored = torch.load(tmp_path / "t/AlexNet/5/0" / OPTIM)
    found = {(row["method"], row["point"]): row for row in rows["regions"] if row["object_nb"] == "0"}
    assert len(found) == 2 * (len(METHODS) + 1)
    for name in METHODS:
        for k, (box, point) in enumerate(zip(stored[name]["regions"], stored["initial_point"])):
            row = found[name, str(k)]
            assert [float(row[f"{what}_{d}"]) for what in ("initial", "low", "high") for d in (1, 2)] == [
                *point, *box.a, *box.b] and row["low_3"] == ""
            x, y, z = (answered[key].double().numpy() for key in ("xx", "yy", "z"))
            inside = (x >= box.a[0]) & (x <= box.b[0]) & (y >= box.a[1]) & (y <= box.b[1])
            expected = f"{(z[inside] >= 0.5).mean()}" if inside.any() else ""
            assert row["purity"] == expected
    assert found["largest", "0"]["holds"] == "True" and found["largest", "0"]["worst"] == "0.6"
    assert found["largest", "1"]["low_1"] == ""
    assert found["largest", "1"]["problem"].startswith("not confident at the start")
    one_dimensional = next(row for row in rows["regions"] if row["object_nb"] == "1")
    assert (one_dimensional["parameters"], one_dimensional["purity"], one_dimensional["low_2"]) == ("azimuth", "", "")

    assert [(row["object_nb"], row["file"], row["grid_step"], row["objects"]) for row in rows["results"]] == [
        ("0", MAP, "15", "stand-ins"), ("1", MAP, "30", "stand-ins"), ("0", OPTIM, "", "stand-ins"),
        ("1", OPTIM, "", "stand-ins")]
    document = (tmp_path / "export/columns.md").read_text()
    assert "| azimuth | degrees | of the camera |" in document
    assert all(f"| {column.name} | " in document for columns in TABLES.values() for column in columns)


def test_parquet_without_pyarrow_is_one_line(export, monkeypatch, tmp_path):
    real = builtins.__import__

    def none(name, *rest):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", none)
    code, _, err = export("--format", "parquet")
    assert code == 2 and "--format parquet: needs pyarrow (pip install pyarrow)" in err.strip().splitlines()[-1]
    assert not (tmp_path / "export").exists()


def test_parquet_holds_the_same(export, monkeypatch, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow")
    monkeypatch.setattr("utils.findings.export.GROUP", 100)
    assert export()[0] == 0 and export("--format", "parquet")[0] == 0
    for name, columns in TABLES.items():
        table = parquet.read_table(tmp_path / f"export/{name}.parquet")
        expected = list(csv.DictReader(open(tmp_path / f"export/{name}.csv", newline="")))
        assert [{key: "" if value is None else str(value) for key, value in row.items()}
                for row in table.to_pylist()] == expected
        units = [field.metadata[b"unit"].decode() for field in table.schema]
        assert units[:len(columns)] == [column.unit for column in columns]
