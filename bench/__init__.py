"""`python -m bench`: groat measured against the other tools, on this machine, in one run.

The rule: nothing is compared with a number from elsewhere. Every tool does the same job in the same minutes, one after
the other in turn, so that a busy machine is unkind to all of them; a tool that is not installed is named, not guessed.
"""
