"""The OpenID Connect issuer, as its client sees it: what it says of itself, its keys, and the exchange of a code."""
