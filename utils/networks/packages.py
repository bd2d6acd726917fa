"""Packages that networks come from, and what is said where one is missing."""
from importlib import import_module
from types import ModuleType

from ..errors import InputError, first_line


def import_package(package: str, network: str, pip: str | None = None) -> ModuleType:
    """A package that a network needs.

    Args:
        package: as it is imported.
        network: its name.
        pip: what to install (default: the package's name).

    Raises:
        InputError: if it does not import.
    """
    try:
        return import_module(package)
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise InputError(f"`network` {network}: {package} cannot be imported ({first_line(error)}); pip install "
                         f"{pip or package}") from None


def missing_package(who: str, error: ModuleNotFoundError) -> str:
    """What is said of a user's code that needs a package that is not there."""
    package = str(error.name).partition(".")[0]
    return f"{who}: needs the package {package}, which is not installed ({error}); pip install it"
