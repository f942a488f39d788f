"""The embedded stack: PostgreSQL, Kafka and one process a service, as children of one supervising process.

Rooms: `home` (the folder that holds all state) · `programs` and `tether` (a child that never outlives its parent) ·
`postgres` · `kafka`, `kafka_jars` · `services` · `issuer` (where people sign in) ·
`keeper` (starts again what died) · `stack` (all of it, in order) · `background` (the stack as a process of its own).
"""
