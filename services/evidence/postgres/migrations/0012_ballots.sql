-- A ballot is asked for by its token alone, which does not say of which exhibition it is: the digest of the token is
-- the end of the name of its stream, ballot/{exhibition}/{digest}.
CREATE INDEX stream_ballot ON ledger.stream (right(stream, 64)) WHERE stream LIKE 'ballot/%';
