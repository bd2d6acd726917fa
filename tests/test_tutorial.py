"""The tutorial: as it is stored, and run from top to bottom."""
import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "tutorial" / "semantic_robustness.ipynb"
COARSE = """azimuth_step = map_step = 60
n_iterations_1d = n_iterations_2d = training_steps = 2
network_name, chair_label, mug_label = "tests.tiny:network", "chair", "cup"  # a network that takes no time"""
SECONDS = 240  # for one cell; the renderer may have to be compiled first


def read():
    return nbformat.read(NOTEBOOK, as_version=4)


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def figures(notebook):
    """The PNGs, as base64 text."""
    return [output.data["image/png"] for output in outputs(notebook) if "image/png" in output.get("data", {})]


def executed():
    """The tutorial after a run that is coarser than the stored one."""
    notebook = read()
    place, = [i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ())]
    known = set(re.findall(r"\w+(?= =|,)", notebook.cells[place].source))
    assert known >= set(re.findall(r"\w+(?= =|,)", COARSE)), "the tutorial no longer reads what is made coarser here"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(COARSE))
    # a cell that fails raises CellExecutionError, with the cell and its traceback
    return NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": NOTEBOOK.parent}}).execute()


def test_the_tutorial_runs_without_a_warning_and_draws_what_it_shows():
    notebook = executed()
    assert len(figures(notebook)) == len(figures(read())) == 11
    assert all(len(figure) > 5000 for figure in figures(notebook))
    assert [output.text for output in outputs(notebook) if output.get("name") == "stderr"] == []


def test_the_stored_tutorial_is_a_complete_run():
    cells = [cell for cell in read().cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert {output.output_type for output in outputs(read())} == {"display_data", "stream"}
    assert all(output.name == "stdout" for output in outputs(read()) if output.output_type == "stream")


def test_the_stored_tutorial_is_small_and_names_no_machine():
    assert NOTEBOOK.stat().st_size < 1e6
    text = NOTEBOOK.read_text()
    for figure in figures(read()):
        text = text.replace(figure.strip(), "")
    assert not re.findall(r"""[\s"'(](?:/[\w.-]+){2,}|[A-Z]:\\\\""", text)
