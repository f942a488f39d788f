"""Versions of a service's tables: filled from the ledger beside those that serve, compared, and switched to.

`rebuild.rebuilt` is the whole of it; a service says by a `rebuild.Rebuildable` what it is made of.
"""
