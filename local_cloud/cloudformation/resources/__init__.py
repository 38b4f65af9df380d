"""What stands behind the resource types: handlers that create, update, delete and read one thing each.

`handlers` is the interface to the engine. `backed` says which type is served by which handler: the types that hold data
or refuse a deletion are real things in moto, by handlers that share `base`, and `generic` remembers all others.
README.md states what is observable.
"""
