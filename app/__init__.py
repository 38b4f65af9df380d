"""The demo website: drop a GPX file of a run or a ride, see how far, how long and how high it went.

It imports nothing of groat's: replace this folder with an app of your own (README.md here says how).
"""
