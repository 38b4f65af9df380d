"""What a user can fix: a sentence that states the fact with the value last, and what to type next."""


class GroatError(Exception):
    """Nothing was changed, or what was changed is complete; `hint` says what to type or to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
