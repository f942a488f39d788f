-- ledger.plain_facts() in the place of ledger.facts(), which stays for processes of before: leaner arguments, and fewer
-- statements.

-- How many streams learner/{id} of the shard were closed. Who found a learner open, and finds this unchanged while it
-- holds the head, need not look again: nobody is opened anew, and who closes one holds the head too.
ALTER TABLE ledger.head ADD COLUMN closings bigint NOT NULL DEFAULT 0;

CREATE FUNCTION ledger.note_closing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE ledger.head h SET closings = h.closings + 1
    WHERE h.ledger = NEW.ledger AND h.shard = CASE WHEN NEW.ledger = 'evidence' THEN -- as `shard_of` in shared/ledger
        get_byte(sha256(uuid_send((SELECT d.tenant FROM ledger.district d)) || uuid_send(NEW.owner)), 7) & 63
    ELSE 0 END;
    RETURN NULL;
END $$;

CREATE TRIGGER note_closing AFTER INSERT OR UPDATE ON ledger.stream
    FOR EACH ROW WHEN (NEW.closed AND starts_with(NEW.stream, 'learner/')) EXECUTE FUNCTION ledger.note_closing();

-- Appends plain facts, the common case by far: commands of one event each, that opens its own stream evidence/{id},
-- asks for nothing but that learners be open, and bears an id that is new. Where anything is not as plain as that
-- (also where a kind is new to the ledger, or the database is nobody's yet), answers nulls and has changed nothing:
-- ledger.append() then judges the commands one by one.
--
-- p_types, p_schemas, p_actors: the sources, each once: a kind of event and who acts. p_shards: the shards concerned,
-- each once, ascending; p_marks: the mark of each, as a former call gave it, where the caller relies on learners that
-- it found open then (else null). A mark changes with any closing in the shard, and when another server takes over.
-- p_learners: those of whom the caller does not know whether their streams learner/{id} are open. Per fact: p_id,
-- p_owner, p_shard, in p_source a subscript (from 1) of the sources, and p_occurred is null where the client said none.
-- Ids may not repeat in a call.
CREATE FUNCTION ledger.plain_facts(
    p_tenant uuid, p_ledger text, p_types text[], p_schemas text[], p_actors uuid[], p_shards integer[],
    p_marks bigint[], p_learners uuid[],
    p_id uuid[], p_owner uuid[], p_shard integer[], p_source integer[], p_occurred bigint[], p_body bytea[],
    OUT positions bigint[], OUT recorded bigint[], OUT marks bigint[]
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- The tables are young when they are planned for, and the plans would scan them for ever. Without bitmaps heads are
-- found, and so locked, in the order of their index: ascending, as ledger.append() locks them.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
    v_tenant   uuid;
    v_kinds    smallint[];
    v_counts   integer[] := array_fill(0, ARRAY[1 + p_shards[cardinality(p_shards)]], ARRAY[0]); -- by shard
    v_ordinals integer[] := array_fill(0, ARRAY[cardinality(p_id)]); -- by fact: its place among those of its shard
    v_before   bigint[];  -- by shard: the position before the call, the instant, the epoch
    v_recorded bigint[];
    v_epochs   integer[];
    v_marks    bigint[];
    v_head     record;
    v_shard    integer;
    v_ordinal  integer;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Appends need read committed: each of their statements must see what was committed before it.';
    END IF;
    SELECT d.tenant,
           ARRAY(SELECT (SELECT k.kind FROM ledger.kind k WHERE k.type = p_types[s] AND k.schema = p_schemas[s])
                 FROM generate_series(1, cardinality(p_types)) s)
    INTO v_tenant, v_kinds FROM ledger.district d;
    IF v_tenant IS DISTINCT FROM p_tenant OR array_position(v_kinds, NULL) IS NOT NULL THEN
        RETURN;
    END IF;
    FOR i IN 1 .. cardinality(p_id) LOOP
        v_shard := p_shard[i];
        v_ordinal := v_counts[v_shard] + 1;
        v_counts[v_shard] := v_ordinal;
        v_ordinals[i] := v_ordinal;
    END LOOP;
    BEGIN
        -- Where another call holds a head, this waits and then reads it, and the clock, anew.
        FOR v_head IN
            UPDATE ledger.head h
            SET position = h.position + v_counts[h.shard],
                recorded_at = greatest(h.recorded_at, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
            WHERE h.ledger = p_ledger AND h.shard = ANY (p_shards)
            RETURNING h.shard, h.position - v_counts[h.shard] AS before, h.recorded_at, h.epoch,
                      h.epoch::bigint << 40 | h.closings AS mark
        LOOP
            v_before[v_head.shard] := v_head.before;
            v_recorded[v_head.shard] := v_head.recorded_at;
            v_epochs[v_head.shard] := v_head.epoch;
            v_marks[v_head.shard] := v_head.mark;
        END LOOP;
        FOR s IN 1 .. cardinality(p_shards) LOOP
            marks[s] := v_marks[p_shards[s]];
            IF marks[s] <> p_marks[s] THEN
                RAISE SQLSTATE 'LE001'; -- takes back the heads
            END IF;
        END LOOP;
        IF cardinality(p_learners) > 0 AND cardinality(p_learners) <> (
            SELECT count(*) FROM unnest(p_learners) l
            JOIN ledger.stream s ON s.owner = l AND s.stream = 'learner/' || l AND s.ledger = p_ledger AND NOT s.closed
        ) THEN
            RAISE SQLSTATE 'LE001';
        END IF;
        INSERT INTO ledger.stored_entry (
            position, occurred_at, recorded_at, shard, version, epoch, kind, id, owner, actor, ledger, body
        )
        SELECT v_before[p_shard[i]] + v_ordinals[i], coalesce(p_occurred[i], v_recorded[p_shard[i]]),
               v_recorded[p_shard[i]], p_shard[i], 1, v_epochs[p_shard[i]], v_kinds[p_source[i]], p_id[i], p_owner[i],
               p_actors[p_source[i]], p_ledger, p_body[i]
        FROM ( -- in one order for all: two calls with the same ids never wait for each other
            SELECT n AS i FROM generate_series(1, cardinality(p_id)) n ORDER BY p_id[n]
        ) AS ordered;
    EXCEPTION WHEN unique_violation OR SQLSTATE 'LE001' THEN -- a known id: it is not plain whether it is a repetition
        RETURN;
    END;
    FOR i IN 1 .. cardinality(p_id) LOOP
        v_shard := p_shard[i];
        positions[i] := v_before[v_shard] + v_ordinals[i];
        recorded[i] := v_recorded[v_shard];
    END LOOP;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.plain_facts(
    uuid, text, text[], text[], uuid[], integer[], bigint[], uuid[], uuid[], uuid[], integer[], integer[], bigint[],
    bytea[]
) TO {app};
