-- Who may do what. The migrator owns all of it; nobody else may write a row but through the functions, which are run
-- with the migrator's rights.

REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;

GRANT USAGE ON SCHEMA ledger TO {app}, {relay};
GRANT SELECT ON ledger.entry TO {app}, {relay};
GRANT SELECT ON ledger.cursor, ledger.head TO {app}, {relay};
GRANT SELECT ON ledger.stored_entry, ledger.stream TO {app};
GRANT EXECUTE ON FUNCTION ledger.facts, ledger.append TO {app};
GRANT UPDATE (position) ON ledger.cursor TO {relay};
