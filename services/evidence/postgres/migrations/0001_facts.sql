-- Appends plain facts, the common case by far: commands of one event each, that opens its own stream evidence/{id},
-- asks for nothing but that learners be open, and bears an id that is new. Where anything is not as plain as that,
-- answers nulls and has changed nothing: ledger.append() then judges the commands one by one.
--
-- p_owners, p_shards: the owners and the shard of each. p_learners: whose streams learner/{id} must be open.
-- Per fact: p_id, and in p_kind, p_actor, p_owner subscripts (from 1) of the lists; p_occurred is null where the client
-- said none. Ids may not repeat within a call.
CREATE FUNCTION ledger.facts(
    p_tenant uuid, p_ledger text,
    p_types text[], p_schemas text[], p_actors uuid[], p_owners uuid[], p_shards integer[], p_learners uuid[],
    p_id uuid[], p_kind integer[], p_actor integer[], p_owner integer[], p_occurred bigint[], p_body bytea[],
    OUT positions bigint[], OUT recorded bigint[]
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- The tables are young when they are planned for, and the plans would scan them for ever.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
    v_ends     bigint[];
    v_recorded bigint[];
    v_epochs   integer[];
    v_kinds    smallint[];
    v_shard    integer;
BEGIN
    SELECT * INTO v_ends, v_recorded, v_epochs FROM ledger.lock_heads(p_tenant, p_ledger, p_shards);
    IF cardinality(p_learners) > 0 AND cardinality(p_learners) <> (
        SELECT count(*) FROM unnest(p_learners) l
        JOIN ledger.stream s ON s.owner = l AND s.stream = 'learner/' || l AND s.ledger = p_ledger AND NOT s.closed
    ) THEN
        RETURN;
    END IF;
    v_kinds := ledger.kinds(p_types, p_schemas);
    FOR i IN 1 .. cardinality(p_id) LOOP
        v_shard := p_shards[p_owner[i]];
        v_ends[v_shard] := v_ends[v_shard] + 1;
        positions[i] := v_ends[v_shard];
        recorded[i] := v_recorded[v_shard];
    END LOOP;
    BEGIN
        INSERT INTO ledger.stored_entry (
            position, occurred_at, recorded_at, shard, version, epoch, kind, id, owner, actor, ledger, body
        )
        SELECT positions[i], coalesce(p_occurred[i], recorded[i]), recorded[i], p_shards[p_owner[i]], 1,
               v_epochs[p_shards[p_owner[i]]], v_kinds[p_kind[i]], p_id[i], p_owners[p_owner[i]],
               p_actors[p_actor[i]], p_ledger, p_body[i]
        FROM generate_series(1, cardinality(p_id)) i
        ORDER BY p_id[i]; -- in one order for all: two calls with the same ids never wait for each other
    EXCEPTION WHEN unique_violation THEN -- an id is known; it is not plain whether this is a repetition
        positions := NULL;
        recorded := NULL;
        RETURN;
    END;
    PERFORM ledger.move_heads(p_ledger, p_shards, v_ends, v_recorded);
END $$;
