"""`rules fit`: the parameters of Bayesian knowledge tracing, from a file of answers. Offline, never in a service."""
