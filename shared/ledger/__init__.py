"""The ledger's frozen bytes: identifiers, decimals, instants, canonical JSON, envelopes, leaves and Kafka headers.

Pure: no clock, no random, no I/O. Everything here is fixed by DESIGN §11 and guarded by golden vectors in
`tests/replay/`; a change of one byte makes every stored proof worthless.
"""
