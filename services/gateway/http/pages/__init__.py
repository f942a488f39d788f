"""What people see in a browser: server-made pages that work without scripts. No rule of the domain is here.

A page asks the services as any client would, with the rights of whoever looks at it, and what it shows of somebody else
is in the disclosure log before it is shown.
"""
