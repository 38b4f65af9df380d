"""Templates as values: from text to a template, and from a template to resources whose properties are resolved.

    parsing -> structure, shape -> references -> transforms -> order -> intrinsics -> loading.resolve

Everything here is a pure function. What surrounds a template (account, region, parameter values, other stacks' outputs)
comes in through an `Environment`, and what its resources are by then through a `Lookup`; both are in `model`.
"""
