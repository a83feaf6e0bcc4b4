"""The settings of a site: ``psp.toml``, then ``PSP_*`` variables, then options.

What comes out is typed, checked and frozen; what cannot be understood is a
SettingsError that says where it stands.
"""

from .load import FILE_VARIABLE, load_settings
from .schema import (
    STANDARD_OUTPUT,
    CgiSettings,
    LimitSettings,
    ServerSettings,
    SessionSettings,
    Settings,
    describe_settings,
)

__all__ = [
    "FILE_VARIABLE",
    "STANDARD_OUTPUT",
    "CgiSettings",
    "LimitSettings",
    "ServerSettings",
    "SessionSettings",
    "Settings",
    "describe_settings",
    "load_settings",
]
