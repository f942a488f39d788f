"""The rulebook: from evidence to a level, under the policy in force, with its reasons (DESIGN §5).

Pure: no clock, no random, no I/O, no floats but in `families.canvas`. `mastery`, `audit` and `evidence` all fold with
this and nothing else.

`contributing` reads entries into contributions · `policy` and `definitions` say which rules hold · `families` has the
methods, and `table` is the one table of them · `fold` makes the state · `explain` and `wording` tell why · `scoring`
tries a method on cases beside every ledger.
"""
