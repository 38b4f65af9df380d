"""Change sets: what would change, computed before anything does.

`diff` compares two templates and yields the Changes that AWS would list, `validation` looks for what would fail, and
`change_sets` creates a change set in the background and executes it. `nested`, `imports`, `drift_changes` and
`unfinished` add the changes that the comparison of two templates alone does not know.
"""
