"""What happens to a stack and its resources while an operation is under way.

    launch -> lifecycle, rollback, nested -> walks, graph -> steps -> effects -> a handler

An operation is a generator that yields the seconds it waits (see `schedule`). It changes a stack only through its
`Run`, and a step (one resource created, updated, deleted) ends with exactly one terminal event.
"""
