"""The definitions in every service that folds or checks: documents, adopted policies, placements of competencies.

`projection` brings them in from the definitions ledger, `door` fetches the documents from `evidence`, and `reading`
hands them to the rulebook, remembered between changes.
"""
