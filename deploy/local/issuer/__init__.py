"""A small real OpenID Connect issuer for the embedded stack, on the loopback alone: one button a person, no passwords.

So the product has one way to sign in, and it can be tried on one machine. Whoever can reach the loopback can sign in as
anyone it knows: it is for trying things out, and for nothing else.

Rooms: `people` (whom it knows, in a file that others write) · `registration` (its key and its one client, made once)
· `grants` (codes) · `page` · `app`.
"""
