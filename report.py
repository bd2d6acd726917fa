"""Tables, figures and a page to explore, from a folder of results: ours, or the authors' published one.

    python report.py all
    python report.py compare checkpoint other/checkpoint

reads checkpoint/<network>/<class>/<object>/map.pt and optim.pt and writes results/. A file that cannot be read is named
and left out; the exit code is then 1.
"""
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from utils.errors import InputError
from utils.network_names import FOLDERS, GONE
from utils.options.option import Parser, file_path
from utils.options.reports import OF_ALL, ReportOptions
from utils.results.layout import MAP, OPTIM
from utils.results.left_out import LeftOut
from utils.results.tree import Selection, Tree
from utils.runs.script import run_script
from utils.shapes.catalogue import catalogue_of
from utils.space import DEGREES

if TYPE_CHECKING:
    from utils.findings.rows import Tables
    from utils.findings.tables import Table

LEFT_OUT = 1  # exit code
EXAMPLES = ("python report.py all",
            "python report.py regions --network resnet --class_nb cup --paper")
MEASURED = ("measure", "no_wrap")  # options of how views are counted and boxes found on maps
ALL = "all"
FEW = 20  # results of which "all" draws each object by itself
VALUES = ("colormap", "to_maximum", "file_format")  # what commands are given for --paper, --scale and --format

# The commands import what they need themselves: pandas and matplotlib take seconds.


def srvr(args: Namespace, tree: Tree) -> None:
    from utils.findings.srvr import tables
    show(args, tables(found_in(tree, args.measure, not args.no_wrap).compared))


def audit(args: Namespace, tree: Tree) -> None:
    from utils.figures.network_plots import plot_curves
    from utils.findings.audit import curves, tables
    found = found_in(tree, args.measure, not args.no_wrap)
    for key, why in found.unpaired.items():
        tree.left_out.add(f"{key}: {why}")
    if not found.compared.pairs:
        raise InputError(f"{tree.folder}: has no object to audit; expected {MAP} and {OPTIM} of the same one")
    show(args, tables(found.compared, args.level), tree.single(), lambda: plot_curves(
        curves(found.compared), args.level, args.measure))


def leaderboard(args: Namespace, tree: Tree) -> None:
    from utils.figures.network_plots import plot_leaderboard
    from utils.findings import leaderboard
    from utils.findings.common import missing_lines
    board = leaderboard.leaderboard(found_in(tree, args.measure, not args.no_wrap), args.level, tree.left_out)
    show(args, board.tables(), missing_lines(tree.of(MAP), "map", tree.folder), lambda: plot_leaderboard(
        board.estimates, board.ranked, board.curves, args.level, board.title, args.measure))


def cover(args: Namespace, tree: Tree) -> None:
    from utils.figures import drawing
    from utils.figures.cover import plot_cover
    from utils.figures.tree import figures_of
    from utils.findings.cover import covers
    from utils.findings.rows import Tables
    from utils.findings.tables import write_text
    found = covers(Tables(tree.maps(), {}, measure=args.measure, wrap=not args.no_wrap), args.level, tree.left_out)
    show(args, found.tables(), draw=lambda: plot_cover(found.curves(), found.title))
    path = args.results_dir / "cover_boxes.csv"
    write_text(path, found.boxes().to_csv(index=False, lineterminator="\n"))
    print(f"every box: {path}")
    if args.object_nb:
        drawing.draw_missing(figures_of(args.command, tree, vars(args), found.of_maps), args.results_dir,
                             tree.left_out)


def answers(args: Namespace, tree: Tree) -> None:
    from utils.figures import drawing
    from utils.figures.tree import figures_of
    from utils.findings.answers import tables, without
    from utils.findings.rows import Tables
    maps = tree.maps()
    show(args, tables(Tables(maps, {})), without(maps))
    answered = [key for key, a_map in maps.items() if a_map.top1 is not None]
    drawing.draw_missing(figures_of(args.command, tree, vars(args), answered, draws_objects(args, tree)),
                         args.results_dir, tree.left_out)


def figures(args: Namespace, tree: Tree) -> None:
    from utils.figures import drawing
    from utils.figures.tree import figures_of
    from utils.findings.common import missing_lines
    maps = tree.of(MAP) if args.command == "profiles" and not args.object_nb else {}
    for class_name in dict.fromkeys(key.class_name for key in maps):  # what a class's mean lacks
        for line in missing_lines([key for key in maps if key.class_name == class_name], "map", tree.folder):
            print(line)
    drawing.draw_missing(figures_of(args.command, tree, vars(args), of_objects=draws_objects(args, tree)),
                         args.results_dir, tree.left_out)


def export(args: Namespace, tree: Tree) -> None:
    from utils.findings import export
    paths = export.export(found_in(tree, DEGREES, True), args.results_dir / "export", args.file_format)
    print(f"written: {', '.join(map(str, paths))}")


def explorer(args: Namespace, tree: Tree) -> None:
    from utils.explorer.page import page
    from utils.findings import audit, srvr
    from utils.findings.tables import write_text
    found, path = found_in(tree, DEGREES, True), args.results_dir / "explorer.html"
    compared = found.compared
    tables = [*srvr.tables(compared).values(), *(audit.tables(compared).values() if compared.pairs else ())]
    write_text(path, page(found, tables, args.data_dir, tree.left_out))
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def compare(args: Namespace, first: Tree, second: Tree) -> None:
    from utils.findings import comparison
    show(args, dict(compare=comparison.compare(first, second)), comparison.only_in_one(first, second))


def everything(args: Namespace, tree: Tree) -> None:
    """All that is cheap, one command after the other; what one of them cannot make does not end the others."""
    for name in IN_ALL:
        command = COMMANDS[name]
        lacking = [file for file in command.needs if not tree.of(file)]
        if name in OF_OBJECTS and not draws_objects(args, tree):
            continue
        print(f"\n{name}: {f'needs {lacking[0]}, and there is none' if lacking else command.text}")
        if not lacking:
            with tree.left_out.on_error(f"{name}: "):
                command.run(Namespace(**{**vars(args), "command": name}), tree)
    print(f"\nnot in {ALL}: {NOT_IN_ALL}")


@lru_cache(maxsize=2)  # "all" asks for the same ones many times
def found_in(tree: Tree, measure: str, wrap: bool) -> "Tables":
    """What a folder's results hold, as tables."""
    from utils.findings.rows import Tables
    return Tables(tree.maps(), tree.regions(), measure=measure, wrap=wrap)


def draws_objects(args: Namespace, tree: Tree) -> bool:
    """Whether each object is drawn by itself."""
    return not args.all or len(tree.keys) <= FEW


def show(args: Namespace, tables: Mapping[str, "Table"], lines: Iterable[str] = (),
         draw: Callable[[], Any] | None = None) -> None:
    """Print lines and, but for "all", tables; write the tables and the command's figure."""
    from utils.findings.tables import write_tables
    for line in lines:
        print(line)
    write_tables(tables, args.command, args.results_dir, not args.all)
    if draw:
        from utils.figures.drawing import Planned
        figure = Planned(args.command, draw, width=args.width)
        figure.write(args.results_dir)
        print(f"drawn: {', '.join(map(str, figure.paths(args.results_dir)))}")


@dataclass(frozen=True)
class Command:
    """What a command runs, what it says of itself, two examples, its options, and what it reads.

    Attributes:
        examples: the words behind the command.
        needs: files of results without which it has nothing to do.
        folders: the options or arguments that name trees of results.
    """
    run: Callable[..., None]
    text: str
    examples: tuple[str, str]
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    folders: tuple[str, ...] = ("checkpoint_dir",)


NOT_IN_ALL = (f"export (a row for each view), gif, compare and, of more than {FEW} results, figures of single objects: "
              "their commands make them")
COMMANDS = {
    ALL: Command(everything, f"all tables, the figures that take little time, and the explorer's page, of one reading. "
                 f"Not made: {NOT_IN_ALL}. Tables are written and not printed",
                 ("--results_dir results/mine", "--class_nb cup --object_nb 4"),
                 ("level", *MEASURED, "paper", "scale", "elevation", "data_dir", "width")),
    "srvr": Command(srvr, "the paper's table: SRVR by network and method, and shares of views above a confidence",
                    ("--class_nb cup", "--measure sphere"), MEASURED),
    "audit": Command(audit, "which regions hold on the maps, and how large they may be: tables, and a figure over the "
                     "level", ("--level 0.7", "--checkpoint_dir ../semantic-robustness/checkpoint"),
                     ("level", *MEASURED, "width"), (MAP, OPTIM)),
    "leaderboard": Command(leaderboard, "a row for each network, with intervals, and whether neighbours differ by more "
                           "than chance", ("--level 0.7", "--class_nb cup --measure sphere"),
                           ("level", *MEASURED, "width"), (MAP,)),
    "cover": Command(cover, "how many boxes it takes to say where a network is confident; of one object (-j) the boxes "
                     "over its map", ("--level 0.7", "--network resnet --class_nb cup --object_nb 4"),
                     ("level", *MEASURED, "width"), (MAP,)),
    "answers": Command(answers, "what each network says instead of the class, where it is least confident",
                       ("--class_nb cup", "--network resnet --data_dir shapenet"), ("data_dir", "width"), (MAP,)),
    "maps": Command(figures, "confidence over azimuth and elevation: of each object, and the means of each class",
                    ("--network resnet --scale 0..max", "--class_nb cup --width column"),
                    ("paper", "scale", "width"), (MAP,)),
    "regions": Command(figures, "regions over the maps",
                       ("--network resnet --class_nb cup", "--object_nb 4 --paper"),
                       ("paper", "scale", "width"), (OPTIM,)),
    "profiles": Command(figures, "confidence over azimuth at one elevation: of each object, of networks on one object, "
                        "and over a class", ("--class_nb cup", "--class_nb cup --elevation 10 --scale 0..max"),
                        ("elevation", "scale", "width"), (MAP,)),
    "traces": Command(figures, "bounds and loss against iterations",
                      ("--network resnet --class_nb cup", "--object_nb 4"), ("width",), (OPTIM,)),
    "gif": Command(figures, "the object turning, the views inside its regions, and the regions growing",
                   ("--network resnet --class_nb cup --object_nb 4", "--class_nb cup --elevation 20"),
                   ("elevation", "data_dir")),
    "export": Command(export, "every view, every region and every result as tables for pandas and R",
                      ("--network resnet", "--format parquet"), ("format",)),
    "explorer": Command(explorer, "a page to explore the results with, in any browser",
                        ("--class_nb cup", "--data_dir shapenet"), ("data_dir",)),
    "compare": Command(compare, "two folders of results, object by object: how well maps and regions agree",
                       ("checkpoint ../semantic-robustness/checkpoint", "checkpoint other --network resnet"),
                       folders=("first", "second")),
}
OF_OBJECTS = ("regions", "traces")  # figures of single objects alone
IN_ALL = ("srvr", "audit", "leaderboard", "cover", "answers", "maps", "regions", "profiles", "traces", "explorer")


def parse_args(argv: list[str] | None = None) -> Namespace:
    parser = Parser(__doc__.splitlines()[0], EXAMPLES)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        examples = [f"python report.py {name} {words}" for words in command.examples]
        added = commands.add_parser(name, help=command.text, description=fill(command.text), examples=examples)
        added.add_options(ReportOptions, (*OF_ALL, *command.folders, *command.options))
        for name, metavar in zip(command.folders, "AB") if len(command.folders) > 1 else ():
            added.add_argument(name, metavar=metavar, type=file_path, help="folder of results")
    args = parser.parse_args(argv)
    checked = ReportOptions.of(args)
    for name in (*vars(checked), *VALUES):
        setattr(args, name, getattr(checked, name))
    args.all = args.command == ALL
    return args


def tree_of(folder: Path, args: Namespace, left_out: LeftOut) -> Tree:
    """The results below a folder that the options ask for."""
    selection = Selection(args.network, args.class_nb, args.object_nb, FOLDERS)
    tree = Tree(folder, selection, left_out, catalogue_of(args.dataset).class_names)
    for network in sorted({key.network for key in tree.keys} & set(GONE.values())):
        print(f"{folder}: {network} is a network that is gone; its results are read as any, and cannot be made again")
    return tree


def main() -> None:
    args, left_out = parse_args(), LeftOut("report.py")
    command = COMMANDS[args.command]
    command.run(args, *(tree_of(getattr(args, folder), args, left_out) for folder in command.folders))
    if left_out.lines:
        print(f"report.py: {len(left_out.lines)} left out, see above", file=sys.stderr)
        sys.exit(LEFT_OUT)


if __name__ == "__main__":
    run_script(main)
