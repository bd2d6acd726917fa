"""How an option is written: once, as a field of a dataclass, from which argparse, --help and the settings come."""
from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from ..errors import InputError, one_line, shown

NEAR = 0.7  # how much alike two options are of which one may stand for the other
ALWAYS, IF_CHANGED = "always", "if changed"  # when an option is among a result's settings

Kind = TypeVar("Kind", bound="Options")
Check = Callable[[Any, Mapping[str, Any]], Any]  # check(given, the options before it) -> the field's value


@dataclass(frozen=True)
class Option:
    """What there is to say of an option beside its name.

    Attributes:
        default: as it would be given.
        words: for argparse: help, type, metavar, choices.
        group: its heading in --help.
        short: a short form such as "-g", or None.
        check: makes the field's value; raises InputError.
        recorded: ALWAYS, IF_CHANGED or None: whether a result's numbers depend on it.
    """
    default: Any
    words: dict[str, Any]
    group: str
    short: str | None
    check: Check | None
    recorded: str | None

    def add_to(self, group: Any, name: str) -> None:
        """Add it to a parser's group."""
        words = dict(self.words)
        if self.default is False:
            words["action"] = "store_true"
        elif "type" not in words and isinstance(self.default, (int, float)):
            words["type"] = type(self.default)
        if self.default not in (None, False, "") and "(default" not in words["help"]:
            words["help"] += " (default: %(default)s)"
        group.add_argument(*filter(None, (self.short,)), f"--{name}", default=self.default, **words)


def option(default: Any, help: str, group: str, short: str | None = None, check: Check | None = None,
           recorded: str | None = None, **words: Any) -> Any:
    """The field of an option; see `Option`. Further words are argparse's."""
    return field(metadata=dict(option=Option(default, {"help": help, **words}, group, short, check, recorded)))


@dataclass(frozen=True)
class Options:
    """Options of a script, checked. A subclass has a field for each, in the order in which they are checked."""

    @classmethod
    def of(cls: type[Kind], args: argparse.Namespace) -> Kind:
        """The options that were parsed; the others have their defaults.

        Raises:
            InputError: names the option, what was given and what is expected.
        """
        found: dict[str, Any] = {}
        for name, one in options_of(cls).items():
            given = getattr(args, name, one.default)
            found[name] = given if one.check is None else one.check(given, found)
        return cls(**found)

    @classmethod
    def default(cls, name: str) -> Any:
        """The default of an option, as it would be given."""
        return options_of(cls)[name].default

    def recorded(self) -> dict[str, Any]:
        """The options that a result's numbers depend on, by name; tuples as lists."""
        found = {}
        for name, one in options_of(type(self)).items():
            value = getattr(self, name)
            is_changed = value not in (one.default, None, "", (), {})
            if one.recorded == ALWAYS or (one.recorded == IF_CHANGED and is_changed):
                found[name] = _as_lists(value)
        return found


def options_of(kind: type[Options]) -> dict[str, Option]:
    """The options of a class of options, by name."""
    return {one.name: one.metadata["option"] for one in fields(kind)}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, and which takes options by their full names only."""

    def __init__(self, description: str | None = None, examples: Sequence[str] = (), **words: Any) -> None:
        """
        Args:
            description: what the script does.
            examples: commands, shown below the options.
            words: argparse's.
        """
        epilog = "examples:\n" + "\n".join(f"  {example}" for example in examples) if examples else None
        super().__init__(description=description, epilog=epilog, allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter, **words)
        self._groups: dict[str, Any] = {}

    def add_options(self, kind: type[Options], names: Collection[str] | None = None,
                    without: Collection[str] = ()) -> None:
        """Add the options of a class that are not there yet, in their groups.

        Args:
            kind: the class.
            names: of those that are wanted; None: all.
            without: names of those that are not.
        """
        for name, one in options_of(kind).items():
            is_wanted = name not in without and (names is None or name in names)
            if not is_wanted or f"--{name}" in self._option_string_actions:
                continue
            if one.group not in self._groups:
                self._groups[one.group] = self.add_argument_group(one.group)
            one.add_to(self._groups[one.group], name)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The parsed options. One that is not known ends the process, and the nearest that is known is named."""
        parsed, unknown = self.parse_known_args(args, namespace)
        if unknown:
            known = self._option_string_actions.keys() - {"--help"}
            near = difflib.get_close_matches(unknown[0].partition("=")[0], sorted(known), n=1, cutoff=NEAR)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{f'; did you mean {near[0]}?' if near else ''}")
        for name, value in vars(parsed).items():
            if value in ([], "--"):  # of --name=--, before Python 3.13 and from then on
                self.error(f"argument --{name}: expected a value, not --")
        return parsed

    def error(self, message: str) -> NoReturn:
        """End the process with exit code 2."""
        self.exit(2, one_line(f"{self.prog}: error: {message} (--help lists the options)") + "\n")
        raise AssertionError("exit returns nowhere")


def file_path(text: str) -> Path:
    """The path that an option gives.

    Raises:
        ArgumentTypeError: if it is empty, as of a shell's variable that is not set.
    """
    if not text:
        raise argparse.ArgumentTypeError("an empty path; expected the path of a file or folder")
    return Path(text)


def within(name: str, low: float, high: float, is_open: bool = False) -> Check:
    """A check that a number lies from `low`, or above it where `is_open`, up to `high`."""
    def check(given: Any, found: Mapping[str, Any]) -> Any:
        if not (low < given if is_open else low <= given) or not given <= high:
            raise InputError(f"`{name}` {shown(given)}: expected a number {'above' if is_open else 'from'} "
                             f"{shown(low)} up to {shown(high, ',')}")
        return given

    return check


def share(name: str) -> Check:
    """A check that a number lies above 0 and below 1."""
    def check(given: float, found: Mapping[str, Any]) -> float:
        if not 0 < given < 1:
            raise InputError(f"`{name}` {shown(given)}: expected a number above 0 and below 1")
        return given

    return check


def _as_lists(value: Any) -> Any:
    return [_as_lists(part) for part in value] if isinstance(value, tuple) else value
