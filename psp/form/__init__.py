"""Forms described by annotations: checked, with messages, filled in again."""

from .forms import Form
from .inputs import Input
from .limits import AsSent, Length, Pattern, Range, Size
from .messages import Invalid
from .rules import Email, Upload

__all__ = [
    "AsSent",
    "Email",
    "Form",
    "Input",
    "Invalid",
    "Length",
    "Pattern",
    "Range",
    "Size",
    "Upload",
]
