"""The layers of a sandbox: each module probes one kind of protection and enters it.

A warm process imports this package by its path, under the name `isolation`, without the rest of the grader. So its
modules use the standard library and each other, by relative imports, and nothing else.
"""
