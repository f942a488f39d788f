"""The rulebook: from evidence to a level, under the policy in force, with its reasons (DESIGN §5).

Pure: no clock, no random, no I/O, no floats. `mastery`, `audit` and `evidence` all fold with this and nothing else.

`contributing` reads entries into contributions · `policy` and `definitions` say which rules hold · `methods` is the
one table of methods · `fold` makes the state · `explain` and `wording` tell why.
"""
