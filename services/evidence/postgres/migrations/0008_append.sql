-- Appends commands: each is judged in order, all or nothing, and has one outcome; a later one sees the former. Nothing
-- is ever raised for what a command asks, so that no command fails its neighbours.
--
-- As before, and new: whoever asks that a learner be open who is forgotten (her stream learner/{id} is closed) is
-- refused before anything else, also with ids that are known. `ledger.facts()` hands such calls over as it is: a
-- learner who is not open is nothing plain.
--
-- The call's words are lists, and subscripts (from 1) into them:
--   p_types, p_schemas   the kinds of events
--   p_shards             every shard concerned, those of expectations and guards too
--   s_*                  the streams concerned, each once: name, owner, shard; `evidence` is the id in evidence/{id}
--   c_*                  the commands: actor, digest (of several events, else null), subscripts of the last event and of
--                        the last condition (those of a command follow on those of the command before)
--   q_*                  conditions: stream, and the version it must be at (0: absent), or -1: open, or -2: absent
--   e_*                  events: id, subscript of the event before with the same id (0: none), kind, stream, occurred_at
--                        (null: the client said none), whether it closes its stream, body
--
-- Per command: outcome 'a'ppended, 'r'epeated, 's'tale, re'f'used, 'm'ismatch; and for the last three the culprit: the
-- subscript of a stream (s, f) or an event (m), and that stream's version and whether it is closed. Per event of a
-- command that was appended, now or before: position, version and recorded_at.
CREATE OR REPLACE FUNCTION ledger.append(
    p_tenant uuid, p_ledger text, p_types text[], p_schemas text[], p_shards integer[],
    s_name text[], s_owner uuid[], s_shard integer[], s_evidence uuid[],
    c_actor uuid[], c_digest bytea[], c_last_event integer[], c_last_condition integer[],
    q_stream integer[], q_version integer[],
    e_id uuid[], e_before integer[], e_kind integer[], e_stream integer[], e_occurred bigint[], e_closes boolean[],
    e_body bytea[],
    OUT outcome text[], OUT culprit integer[], OUT culprit_version integer[], OUT culprit_closed boolean[],
    OUT positions bigint[], OUT versions integer[], OUT recorded bigint[]
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
    v_heads      bigint[];    -- by shard: position, recorded_at, epoch, as they were when locked
    v_recorded   bigint[];
    v_epochs     integer[];
    v_kinds      smallint[];
    v_ends       bigint[];    -- by shard: the position so far
    v_version    integer[];   -- by stream: version and closed, so far
    v_closed     boolean[];
    v_touched    boolean[];   -- by stream: whether its row must be written
    v_command    integer[];   -- by event: its command
    v_same       boolean[];   -- by event: null where its id is new, else whether what is stored is the same request
    v_before     integer[];   -- by event: an earlier one with the same id, 0 where there is none left to look at
    v_new        boolean[];   -- by event: whether this call appends it
    v_taken      integer[];   -- the subscripts of those
    v_first      integer;     -- the command at hand: its first and last event, and its conditions
    v_last       integer;
    v_condition  integer;
    v_known      integer;     -- how many of its ids are known, the first of them, and the first that is another request
    v_first_known integer;
    v_other      integer;
    v_origin     integer;
    v_stream     integer;
    v_shard      integer;
    v_constraint text;
BEGIN
    SELECT * INTO v_heads, v_recorded, v_epochs FROM ledger.lock_heads(p_tenant, p_ledger, p_shards);
    v_kinds := ledger.kinds(p_types, p_schemas);
    v_first := 1;
    FOR c IN 1 .. cardinality(c_actor) LOOP
        FOR e IN v_first .. c_last_event[c] LOOP
            v_command[e] := c;
        END LOOP;
        v_first := c_last_event[c] + 1;
    END LOOP;

    LOOP -- once, and again whenever another shard has taken an id meanwhile
        outcome := array_fill(NULL::text, ARRAY[cardinality(c_actor)]);
        culprit := array_fill(NULL::integer, ARRAY[cardinality(c_actor)]);
        culprit_version := culprit;
        culprit_closed := array_fill(NULL::boolean, ARRAY[cardinality(c_actor)]);
        v_ends := v_heads;
        v_taken := '{}';
        v_new := array_fill(false, ARRAY[cardinality(e_id)]);
        v_before := e_before;
        v_touched := array_fill(false, ARRAY[cardinality(s_name)]);
        SELECT array_agg(coalesce(r.version, (o.id IS NOT NULL)::integer) ORDER BY w.n),
               array_agg(coalesce(r.closed, false) ORDER BY w.n)
        INTO v_version, v_closed
        FROM unnest(s_name, s_owner, s_evidence) WITH ORDINALITY AS w (name, owner, evidence, n)
        LEFT JOIN ledger.stream r ON r.owner = w.owner AND r.stream = w.name AND r.ledger = p_ledger
        LEFT JOIN ledger.stored_entry o
            ON o.id = w.evidence AND o.owner = w.owner AND o.ledger = p_ledger AND o.stream IS NULL;
        SELECT array_agg(k.position ORDER BY w.n), array_agg(k.version ORDER BY w.n),
               array_agg(k.recorded_at ORDER BY w.n),
               array_agg(CASE WHEN k.id IS NOT NULL THEN
                             k.ledger = p_ledger AND k.owner = s_owner[w.stream]
                             AND coalesce(k.stream, 'evidence/' || k.id) = s_name[w.stream]
                             AND (SELECT i.type FROM ledger.kind i WHERE i.kind = k.kind) = p_types[w.kind]
                             AND (w.occurred IS NULL OR w.occurred = k.occurred_at) AND k.body = w.body
                             AND k.request_digest IS NOT DISTINCT FROM c_digest[w.command]
                         END ORDER BY w.n)
        INTO positions, versions, recorded, v_same
        FROM unnest(e_id, e_kind, e_stream, e_occurred, e_body, v_command)
            WITH ORDINALITY AS w (id, kind, stream, occurred, body, command, n)
        LEFT JOIN ledger.stored_entry k ON k.id = w.id;

        v_last := 0;
        v_condition := 0;
        <<judging>>
        FOR c IN 1 .. cardinality(c_actor) LOOP
            v_first := v_last + 1;
            v_last := c_last_event[c];

            -- Of a forgotten learner nothing is answered any more, not even what was appended before.
            FOR q IN v_condition + 1 .. c_last_condition[c] LOOP
                v_stream := q_stream[q];
                IF q_version[q] = -1 AND v_closed[v_stream]
                    AND s_name[v_stream] = 'learner/' || s_owner[v_stream]
                THEN
                    outcome[c] := 'f';
                    culprit[c] := v_stream;
                    culprit_version[c] := v_version[v_stream];
                    culprit_closed[c] := true;
                    v_condition := c_last_condition[c];
                    CONTINUE judging;
                END IF;
            END LOOP;

            -- Otherwise known ids answer before anything else is asked.
            v_known := 0; v_first_known := NULL; v_other := NULL;
            FOR e IN v_first .. v_last LOOP
                IF v_same[e] IS NULL THEN -- not in the table; perhaps appended by a former command of this call
                    v_origin := v_before[e];
                    WHILE v_origin > 0 AND NOT v_new[v_origin] LOOP
                        v_origin := v_before[v_origin];
                    END LOOP;
                    v_before[e] := v_origin; -- so that the same id a thousand times is no million steps
                    CONTINUE WHEN v_origin = 0;
                    positions[e] := positions[v_origin];
                    versions[e] := versions[v_origin];
                    recorded[e] := recorded[v_origin];
                    v_same[e] := e_stream[e] = e_stream[v_origin] AND p_types[e_kind[e]] = p_types[e_kind[v_origin]]
                        AND (e_occurred[e] IS NULL
                             OR e_occurred[e] = coalesce(e_occurred[v_origin], recorded[v_origin]))
                        AND e_body[e] = e_body[v_origin]
                        AND c_digest[c] IS NOT DISTINCT FROM c_digest[v_command[v_origin]];
                END IF;
                v_known := v_known + 1;
                v_first_known := coalesce(v_first_known, e);
                IF NOT v_same[e] THEN
                    v_other := coalesce(v_other, e);
                END IF;
            END LOOP;
            IF v_known > 0 THEN
                v_condition := c_last_condition[c];
                IF v_known = v_last - v_first + 1 AND v_other IS NULL THEN
                    outcome[c] := 'r';
                ELSE
                    outcome[c] := 'm';
                    culprit[c] := coalesce(v_other, v_first_known);
                END IF;
                CONTINUE judging;
            END IF;

            FOR q IN v_condition + 1 .. c_last_condition[c] LOOP
                v_stream := q_stream[q];
                CONTINUE WHEN q_version[q] = v_version[v_stream]
                    OR q_version[q] = -1 AND v_version[v_stream] > 0 AND NOT v_closed[v_stream]
                    OR q_version[q] = -2 AND v_version[v_stream] = 0;
                outcome[c] := CASE WHEN q_version[q] >= 0 THEN 's' ELSE 'f' END;
                EXIT;
            END LOOP;
            v_condition := c_last_condition[c];

            IF outcome[c] IS NULL THEN
                FOR e IN v_first .. v_last LOOP
                    v_stream := e_stream[e];
                    -- A closed stream takes nothing more; and evidence/{id} is opened by the event of that id alone, so
                    -- that a piece can never be continued under another owner.
                    IF v_closed[v_stream] OR v_version[v_stream] = 0 AND s_evidence[v_stream] <> e_id[e] THEN
                        outcome[c] := 'f';
                        EXIT;
                    END IF;
                    v_shard := s_shard[v_stream];
                    v_ends[v_shard] := v_ends[v_shard] + 1;
                    v_version[v_stream] := v_version[v_stream] + 1;
                    v_closed[v_stream] := e_closes[e];
                    positions[e] := v_ends[v_shard];
                    versions[e] := v_version[v_stream];
                    recorded[e] := v_recorded[v_shard];
                END LOOP;
            END IF;

            IF outcome[c] IS NULL THEN
                outcome[c] := 'a';
                FOR e IN v_first .. v_last LOOP
                    v_taken := v_taken || e;
                    v_new[e] := true;
                    v_stream := e_stream[e];
                    IF e_closes[e] OR s_evidence[v_stream] IS DISTINCT FROM e_id[e] THEN
                        v_touched[v_stream] := true;
                    END IF;
                END LOOP;
            ELSE -- taken back whole: its ids are as free as before
                culprit[c] := v_stream;
                culprit_version[c] := v_version[v_stream];
                culprit_closed[c] := v_closed[v_stream];
                FOR e IN REVERSE v_last .. v_first LOOP
                    CONTINUE WHEN positions[e] IS NULL;
                    positions[e] := NULL;
                    v_shard := s_shard[e_stream[e]];
                    v_ends[v_shard] := v_ends[v_shard] - 1;
                    v_version[e_stream[e]] := v_version[e_stream[e]] - 1;
                    v_closed[e_stream[e]] := false; -- it was open, or the event had been refused
                END LOOP;
            END IF;
        END LOOP;

        EXIT WHEN v_taken = '{}';
        BEGIN
            INSERT INTO ledger.stored_entry (
                position, occurred_at, recorded_at, shard, version, epoch, kind, id, owner, actor, ledger, stream,
                request_digest, body
            )
            SELECT positions[e], coalesce(e_occurred[e], recorded[e]), recorded[e], s_shard[e_stream[e]], versions[e],
                   v_epochs[s_shard[e_stream[e]]], v_kinds[e_kind[e]], e_id[e], s_owner[e_stream[e]],
                   c_actor[v_command[e]], p_ledger,
                   CASE WHEN s_evidence[e_stream[e]] = e_id[e] THEN NULL ELSE s_name[e_stream[e]] END,
                   c_digest[v_command[e]], e_body[e]
            FROM unnest(v_taken) e
            ORDER BY e_id[e];
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            GET STACKED DIAGNOSTICS v_constraint = CONSTRAINT_NAME;
            IF v_constraint <> 'stored_entry_id' THEN
                RAISE;
            END IF;
        END;
    END LOOP;

    IF v_taken <> '{}' THEN
        INSERT INTO ledger.stream (owner, stream, ledger, version, closed)
        SELECT s_owner[s], s_name[s], p_ledger, v_version[s], v_closed[s]
        FROM generate_series(1, cardinality(s_name)) s
        WHERE v_touched[s]
        ON CONFLICT (owner, stream, ledger) DO UPDATE SET version = excluded.version, closed = excluded.closed;
        PERFORM ledger.move_heads(p_ledger, p_shards, v_ends, v_recorded);
    END IF;
END $$;
