"""Training of one network: the fit, its steps on each backend, its checkpoint, its progress."""
