"""Published metrics held against themselves: the confusion matrices behind them, bounds on AUC, the text's claims.

All in integers and rationals; no float decides. Issued software that needs the test size is `mlscorecheck` (Kovács and
Fazekas, arXiv:2310.12527); here the size is found too.
"""
