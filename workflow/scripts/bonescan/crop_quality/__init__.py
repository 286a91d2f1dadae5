"""How good the crop is, measured on phantom views whose anatomy is known.

`scores` compares crops with the truth, `ablation` changes the crop's open choices, `stress` makes views hard to crop.
"""
