"""Forms that accompany a report, filled from what a run left: the CLAIM checklist and a model card.

What no file of the run says stays open, and names what a person must state.
"""
