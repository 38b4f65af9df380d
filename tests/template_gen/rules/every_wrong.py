"""All wrong templates."""

from typing import Final

from tests.template_gen.rules import (
    wrong_access,
    wrong_addresses,
    wrong_apis,
    wrong_callers,
    wrong_calls,
    wrong_cdn,
    wrong_delivery,
    wrong_edge,
    wrong_messages,
    wrong_methods,
    wrong_names,
    wrong_rest,
    wrong_settings,
    wrong_stages,
    wrong_watched,
)

_ALL: Final = (
    wrong_cdn,
    wrong_delivery,
    wrong_addresses,
    wrong_apis,
    wrong_rest,
    wrong_calls,
    wrong_messages,
    wrong_stages,
    wrong_edge,
    wrong_access,
    wrong_methods,
    wrong_watched,
    wrong_settings,
    wrong_names,
    wrong_callers,
)
WRONG: Final = tuple(case for module in _ALL for case in module.WRONG)
