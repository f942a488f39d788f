-- What ledger.facts() and ledger.append() share. All of it runs within the append's own transaction.
--
-- Everything that an append may wait for is taken in one order, whoever calls: heads by shard, then (once in a
-- district's life) the district, then new kinds by name, then ids by value. So no two appends can wait for each other.
--
-- These functions are for those two alone, who set the search path for them too.

-- The database becomes this district's with its first append, and stays so.
CREATE FUNCTION ledger.claim(p_tenant uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger.district (tenant) VALUES (p_tenant) ON CONFLICT DO NOTHING;
    IF NOT EXISTS (SELECT FROM ledger.district d WHERE d.tenant = p_tenant) THEN
        RAISE EXCEPTION 'This database is the ledger of another district.'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END $$;

-- Locks the heads of these shards, ascending, and gives them back in arrays whose subscript is the shard. The clock is
-- read once all are locked: read before, it would run backwards for whoever waited longest.
CREATE FUNCTION ledger.lock_heads(
    p_tenant uuid, p_ledger text, p_shards integer[],
    OUT positions bigint[], OUT recorded bigint[], OUT epochs integer[]
) LANGUAGE plpgsql AS $$
DECLARE
    v_head   record;
    v_tenant uuid;
    v_now    bigint;
    v_shard  integer;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Appends need read committed: each of their statements must see what was committed before it.';
    END IF;
    FOR v_head IN
        SELECT h.shard, h.position, h.recorded_at, h.epoch, (SELECT d.tenant FROM ledger.district d) AS tenant
        FROM ledger.head h
        WHERE h.ledger = p_ledger AND h.shard = ANY (p_shards)
        ORDER BY h.shard FOR NO KEY UPDATE
    LOOP
        positions[v_head.shard] := v_head.position;
        recorded[v_head.shard] := v_head.recorded_at;
        epochs[v_head.shard] := v_head.epoch;
        v_tenant := v_head.tenant;
    END LOOP;
    IF v_tenant IS DISTINCT FROM p_tenant THEN
        PERFORM ledger.claim(p_tenant);
    END IF;
    v_now := floor(extract(epoch FROM clock_timestamp()) * 1000);
    FOREACH v_shard IN ARRAY p_shards LOOP
        recorded[v_shard] := greatest(recorded[v_shard], v_now);
    END LOOP;
END $$;

-- Moves the heads on to where the appended entries ended.
CREATE FUNCTION ledger.move_heads(
    p_ledger text, p_shards integer[], p_positions bigint[], p_recorded bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger.head h SET position = p_positions[h.shard], recorded_at = p_recorded[h.shard]
    WHERE h.ledger = p_ledger AND h.shard = ANY (p_shards) AND h.position < p_positions[h.shard];
END $$;

-- The kinds of these types and schemas, in order; those that are new to this ledger are written down first.
CREATE FUNCTION ledger.kinds(p_types text[], p_schemas text[]) RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    v_kinds smallint[];
BEGIN
    FOR i IN 1 .. cardinality(p_types) LOOP
        v_kinds[i] := (SELECT k.kind FROM ledger.kind k WHERE k.type = p_types[i] AND k.schema = p_schemas[i]);
    END LOOP;
    IF array_position(v_kinds, NULL) IS NOT NULL THEN
        INSERT INTO ledger.kind (type, schema)
        SELECT DISTINCT w.type, w.schema FROM unnest(p_types, p_schemas) AS w (type, schema)
        WHERE NOT EXISTS (SELECT FROM ledger.kind k WHERE k.type = w.type AND k.schema = w.schema)
        ORDER BY w.type, w.schema
        ON CONFLICT DO NOTHING;
        RETURN ledger.kinds(p_types, p_schemas);
    END IF;
    RETURN v_kinds;
END $$;
