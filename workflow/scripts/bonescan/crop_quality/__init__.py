"""How good the crop is, measured on simulated views whose anatomy is known.

`scores` compares crops with the truth, `ablation` changes the crop's open choices. The crop is fitted on the phantom:
`postures` makes its bodies hard to crop, `stress` its pictures. It is judged on another body model, `mannequin`:
`judging`. `worth` weighs the flags on both.
"""
