"""Tables, figures and a page to explore, from a folder of results: ours, or the authors' published one.

    python report.py srvr
    python report.py compare checkpoint other/checkpoint

reads checkpoint/<network>/<class>/<object>/map.pt and optim.pt and writes results/. A file that cannot be read is named
and left out; the exit code is then 1.
"""
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tqdm import tqdm

from utils.shapes.catalogue import catalogue_of
from utils.results.store import MAP, OPTIM
from utils.errors import InputError
from utils.files import CannotWrite, whole_file
from utils.networks import PAPER_NETWORKS
from utils.jobs.options import Parser, run_script
from utils.results.contents import find, read_map, read_optim
from utils.parameters import PARAMETERS

READERS = {MAP: read_map, OPTIM: read_optim}
LEFT_OUT = 1  # exit code
ELEVATIONS = PARAMETERS["elevation"].begin, PARAMETERS["elevation"].end


def parse_args(argv=None):
    parser = Parser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(run, text):
        added = commands.add_parser(run.__name__, help=text, description=text)
        added.set_defaults(run=run)
        add = added.add_argument
        add("-n", "--network", default=None, metavar="NAME", help="only this network, by its folder or as in map.py")
        add("-s", "--class_nb", default=None, metavar="N", help="only this class, by its number or name")
        add("-j", "--object_nb", default=None, metavar="N", help="only this object of each class")
        add("--dataset", type=Path, default=None, metavar="FILE",
            help="that the results are of, for the names of its classes")
        add("--results_dir", type=Path, default=Path("results"), metavar="DIR",
            help="folder to write to (default: results)")
        if run is not compare:
            add("--checkpoint_dir", type=Path, default=Path("checkpoint"), metavar="DIR",
                help="folder of the results to read (default: checkpoint)")
        return add

    command(srvr, "the paper's table: SRVR by network and method, and shares of views above a confidence")
    for run, text in ((maps, "confidence over azimuth and elevation: of each object, and the means of each class"),
                      (regions, "regions over the maps"),
                      (profiles, "confidence over azimuth at one elevation, with one-dimensional regions"),
                      (traces, "bounds and loss against iterations"),
                      (gif, "the object turning, the views inside its regions, and the regions growing")):
        add = command(run, text)
        if run in (maps, regions):
            add("--paper", action="store_true", help="the paper's colours, red to blue (default: dark to light)")
        if run in (profiles, gif):
            add("--elevation", type=float, default=PARAMETERS["elevation"].default, metavar="DEGREES",
                help="of the camera, where the object's regions do not say (default: %(default)s)")
        if run is gif:
            add_data_dir(add)
    add_data_dir(command(explorer, "a page to explore the results with, in any browser"))
    add = command(compare, "two folders of results, object by object: how well maps and regions agree")
    add("first", type=Path, metavar="A", help="folder of results")
    add("second", type=Path, metavar="B", help="another")
    args = parser.parse_args(argv)
    low, high = ELEVATIONS
    if "elevation" in args and not low <= args.elevation <= high:
        raise InputError(f"--elevation {args.elevation:g}: expected {low} to {high} degrees")
    if "data_dir" in args and not args.data_dir.is_dir():
        raise InputError(f"--data_dir {args.data_dir}: no such folder; give the one that holds <class>/<shape id>/"
                         "models")
    return args


def add_data_dir(add):
    add("--data_dir", type=Path, default=Path("scale"), metavar="DIR",
        help="folder of <class>/<shape id>/models/model_normalized.obj (default: scale)")


class Tree:
    """The results below a folder that the options ask for; what cannot be read is named and left out."""

    def __init__(self, folder, args, problems):
        """
        Args:
            folder: of <network>/<class>/<object>.
            args: the parsed options.
            problems: list that a line is added to for everything left out.
        """
        self.folder = folder
        self.problems = problems
        class_names = catalogue_of(args.dataset).class_names
        self.paths = {name: find(folder, name, class_names) for name in READERS}
        self.one_network, self.one_object = bool(args.network), bool(args.object_nb)
        every = sorted({key for paths in self.paths.values() for key in paths}, key=lambda key: key.order)
        wanted = _wanted(args)
        self.keys = [key for key in every if _matches(key, wanted)]
        if not self.keys:
            given = " ".join(f"--{name} {value}" for name, value in (
                ("network", args.network), ("class_nb", args.class_nb), ("object_nb", args.object_nb)) if value)
            there = f"; there are results of {', '.join(dict.fromkeys(key.network for key in every))}" if every else ""
            raise InputError(f"{folder}: no {MAP} or {OPTIM} {'for ' + given if given else 'below it'}{there}; "
                             f"expected <network>/<class>/<object>/{MAP}")

    def of(self, name):
        """Where the results of one kind are: {Key: path}."""
        return {key: self.paths[name][key] for key in self.keys if key in self.paths[name]}

    def read(self, name):
        """Results of one kind: {Key: MapResult or OptimResult}."""
        results = {}
        for key, path in tqdm(self.of(name).items(), desc=f"reading {name}", unit="file", leave=False, delay=1):
            with leaving_out(self.problems):
                results[key] = READERS[name](path)
        return results


@contextmanager
def leaving_out(problems, what=""):
    """Inside, an InputError is printed and counted, and what follows goes on."""
    try:
        yield
    except CannotWrite:
        raise
    except InputError as error:
        line = f"{what}{' '.join(str(error).split())}"
        if line not in problems:
            tqdm.write(f"report.py: left out: {line}", file=sys.stderr)
            problems.append(line)


def _wanted(args):
    """The names that network, class and object may have, in small letters; None where all may be."""
    network, class_nb, object_nb = (name and name.lower() for name in (args.network, args.class_nb, args.object_nb))
    return (network and {network, PAPER_NETWORKS.get(network, (network,))[0].lower()}, class_nb and {class_nb},
            object_nb and {object_nb})


def _matches(key, wanted):
    names = ({key.network.lower()}, {key.class_nb.lower(), key.class_name.lower()}, {key.object_nb.lower()})
    return all(not asked or asked & mine for asked, mine in zip(wanted, names))


def srvr(args, problems):
    from utils.report.srvr import tables
    tree = Tree(args.checkpoint_dir, args, problems)
    write_tables(tables(tree.read(MAP), tree.read(OPTIM)), "srvr", args.results_dir)


def compare(args, problems):
    from utils.report import comparison
    first, second = (Tree(folder, args, problems) for folder in (args.first, args.second))
    agreed = {}
    for name, compared in ((MAP, comparison.agreement), (OPTIM, comparison.overlaps)):
        ours, theirs = first.read(name), second.read(name)
        agreed[name] = {}
        for key in sorted(ours.keys() & theirs.keys(), key=lambda key: key.order):
            with leaving_out(problems, f"{key}, {name}: "):
                agreed[name][key] = compared(ours[key], theirs[key])
    table = comparison.table(agreed[MAP], agreed[OPTIM])
    if not table.rows:
        raise InputError(f"{args.first} and {args.second} have no object in common; expected the same <network>/"
                         "<class>/<object> in both")
    for tree, other in ((first, second), (second, first)):
        alone = [str(key) for key in tree.keys if key not in other.keys]
        if alone:
            print(f"only in {tree.folder}: {len(alone)} ({', '.join(alone[:5])}{', ..' if len(alone) > 5 else ''})")
    write_tables(dict(compare=table), "compare", args.results_dir)


def maps(args, problems):
    from utils.report import figures  # matplotlib takes a second to import
    tree = Tree(args.checkpoint_dir, args, problems)
    draw(figures.maps(tree, colormap(args), lambda: leaving_out(problems)), args.results_dir, problems)


def regions(args, problems):
    from utils.report import figures
    draw(figures.regions(Tree(args.checkpoint_dir, args, problems), colormap(args)), args.results_dir, problems)


def profiles(args, problems):
    from utils.report import figures
    draw(figures.profiles(Tree(args.checkpoint_dir, args, problems), args.elevation), args.results_dir, problems)


def traces(args, problems):
    from utils.report import figures
    draw(figures.traces(Tree(args.checkpoint_dir, args, problems)), args.results_dir, problems)


def gif(args, problems):
    from utils.report import figures
    draw(figures.gifs(Tree(args.checkpoint_dir, args, problems), args.data_dir, args.elevation), args.results_dir,
         problems)


def explorer(args, problems):
    from utils.report.explorer import page
    from utils.report.srvr import tables
    tree = Tree(args.checkpoint_dir, args, problems)
    found = tree.read(MAP), tree.read(OPTIM)
    path = args.results_dir / "explorer.html"
    write(path, page(*found, tables(*found).values(), args.data_dir, lambda: leaving_out(problems)))
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def colormap(args):
    from utils.report.plots import COLORMAP, PAPER_COLORMAP
    return PAPER_COLORMAP if args.paper else COLORMAP


def draw(figures, folder, problems):
    """Draw the figures that are not up to date."""
    from utils.report.figures import Record
    record = Record(folder)
    missing = [figure for figure in figures if not record.has(figure)]
    n_drawn = 0
    try:
        for figure in tqdm(missing, unit="figure", desc="drawing"):
            with leaving_out(problems), ExitStack() as files:
                made_from = figure.made_from()
                figure.draw(*(files.enter_context(whole_file(path)) for path in figure.paths(folder)))
                record.add(figure, made_from)
                n_drawn += 1
    finally:
        if n_drawn:
            write(record.path, record.text())
    where = f": {', '.join(map(str, figures[0].paths(folder)))}{' ..' if len(figures) > 1 else ''}" if figures else ""
    print(f"{n_drawn} drawn, {len(figures) - len(missing)} up to date{where}")


def write_tables(tables, name, folder):
    """Print tables, and write them to one Markdown file and a CSV file each."""
    for key, table in tables.items():
        print(table.text(), end="\n\n")
        write(folder / f"{key}.csv", table.csv())
    write(folder / f"{name}.md", "\n\n".join(table.markdown() for table in tables.values()) + "\n")
    print(f"written: {', '.join(str(folder / f'{key}.csv') for key in tables)}, {folder / f'{name}.md'}")


def write(path, text):
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def main():
    args = parse_args()
    problems = []
    args.run(args, problems)
    if problems:
        print(f"report.py: {len(problems)} left out, see above", file=sys.stderr)
        sys.exit(LEFT_OUT)


if __name__ == "__main__":
    run_script(main)
