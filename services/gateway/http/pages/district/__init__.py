"""What administrators look after: rosters, policies, releases, questions, and forgetting."""
