"""How near the phantom cohort comes to real scans, measured from the pictures alone, and what gives its labels away."""
