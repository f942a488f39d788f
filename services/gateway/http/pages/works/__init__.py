"""Works with their drafts, scoring them, and the tasks and rubrics that teachers share."""
