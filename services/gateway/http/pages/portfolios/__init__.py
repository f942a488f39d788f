"""What a learner chooses to show, what it covers, and the links by which others see it."""
