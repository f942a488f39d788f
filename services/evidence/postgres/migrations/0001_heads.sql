-- What ledger.facts() and ledger.append() share. All of it runs within the append's own transaction.
--
-- Everything that an append may wait for is taken in one order, whoever calls: heads by shard, then new kinds by
-- name, then ids by value. So no two appends can wait for each other.

-- The database becomes this district's with its first append, and stays so.
CREATE FUNCTION ledger.claim(p_tenant uuid) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger.district d WHERE d.tenant = p_tenant) THEN
        RETURN;
    END IF;
    INSERT INTO ledger.district (tenant) VALUES (p_tenant) ON CONFLICT DO NOTHING;
    IF NOT EXISTS (SELECT FROM ledger.district d WHERE d.tenant = p_tenant) THEN
        RAISE EXCEPTION 'This database is the ledger of another district.' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END $$;

-- Locks the heads of these shards, ascending, and gives them back in arrays whose subscript is the shard. The clock is
-- read once all are locked: read before, it would run backwards for whoever waited longest.
CREATE FUNCTION ledger.lock_heads(
    p_ledger text, p_shards integer[], OUT positions bigint[], OUT recorded bigint[], OUT epochs integer[]
) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_head record;
    v_now  bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Appends need read committed: each of their statements must see what was committed before it.';
    END IF;
    positions := array_fill(NULL::bigint, ARRAY[64], ARRAY[0]);
    recorded := positions;
    epochs := array_fill(NULL::integer, ARRAY[64], ARRAY[0]);
    FOR v_head IN
        SELECT h.shard, h.position, h.recorded_at, h.epoch FROM ledger.head h
        WHERE h.ledger = p_ledger AND h.shard = ANY (p_shards)
        ORDER BY h.shard FOR NO KEY UPDATE
    LOOP
        positions[v_head.shard] := v_head.position;
        recorded[v_head.shard] := v_head.recorded_at;
        epochs[v_head.shard] := v_head.epoch;
    END LOOP;
    v_now := floor(extract(epoch FROM clock_timestamp()) * 1000);
    FOR s IN 0 .. 63 LOOP
        IF recorded[s] < v_now THEN
            recorded[s] := v_now;
        END IF;
    END LOOP;
END $$;

-- Moves the heads on to where the appended entries ended.
CREATE FUNCTION ledger.move_heads(
    p_ledger text, p_shards integer[], p_positions bigint[], p_recorded bigint[]
) RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    UPDATE ledger.head h SET position = p_positions[h.shard], recorded_at = p_recorded[h.shard]
    WHERE h.ledger = p_ledger AND h.shard = ANY (p_shards) AND h.position < p_positions[h.shard]
$$;

-- The kinds of these types and schemas, in order; those that are new to this ledger are written down first.
CREATE FUNCTION ledger.kinds(p_types text[], p_schemas text[]) RETURNS smallint[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_kinds smallint[];
BEGIN
    FOR round IN 1 .. 2 LOOP
        SELECT array_agg(k.kind ORDER BY w.n) INTO v_kinds
        FROM unnest(p_types, p_schemas) WITH ORDINALITY AS w (type, schema, n)
        LEFT JOIN ledger.kind k ON k.type = w.type AND k.schema = w.schema;
        EXIT WHEN array_position(v_kinds, NULL) IS NULL;
        INSERT INTO ledger.kind (type, schema)
        SELECT w.type, w.schema FROM unnest(p_types, p_schemas) AS w (type, schema)
        WHERE NOT EXISTS (SELECT FROM ledger.kind k WHERE k.type = w.type AND k.schema = w.schema)
        ORDER BY w.type, w.schema
        ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN v_kinds;
END $$;
