"""All wrong templates."""

from typing import Final

from tests.template_gen.rules import wrong_calls, wrong_cdn, wrong_delivery, wrong_rest, wrong_stages

WRONG: Final = (
    *wrong_cdn.WRONG,
    *wrong_delivery.WRONG,
    *wrong_rest.WRONG,
    *wrong_calls.WRONG,
    *wrong_stages.WRONG,
)
