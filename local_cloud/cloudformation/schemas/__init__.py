"""AWS's provider schemas: what replaces a resource, which properties are valid, and what ids and attributes look like.

`provider` reads the schemas that cfn-lint bundles, and nothing else does. `validation` checks properties against one,
`identity` makes the names, ids and attributes that AWS would make, by the tables in `names`.
"""
