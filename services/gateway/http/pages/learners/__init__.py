"""What learners, and whoever speaks or teaches for them, see of their mastery."""
