"""Python 2 pages and modules to Python 3.

A text goes through three hands. fissix, the fork of lib2to3 that is still kept, makes
Python 3 of the syntax (``python2``). What it lacks, or does for scripts rather than
sites, is mended on the tree that Python itself makes of the result (``mends``). What
only its author can know is found on that same tree (``decisions``).
"""
