"""A teacher's section: where everybody is, and scores by keys, by the cell or by the column."""
