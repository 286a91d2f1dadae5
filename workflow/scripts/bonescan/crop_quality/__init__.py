"""How good the crop is, measured on phantom views whose anatomy is known: `scores`, `stress` and what they `report`."""
