"""The one-page brief of a sent form: a pure view model that HTML, PDF and text draw without further thinking.

Sixty words on top, 350 on the page, and an appendix that holds whatever they had no room for.
"""

from .assembling import FIRST_LIMIT, PAGE_LIMIT, brief
from .model import Brief
from .rules import RULES, VERSION, all_rules
from .text import as_text

__all__ = ["FIRST_LIMIT", "PAGE_LIMIT", "RULES", "VERSION", "Brief", "all_rules", "as_text", "brief"]
