"""`doctor`: looks at everything a deployment rests on, and says in a line each what is wrong and what to do."""
