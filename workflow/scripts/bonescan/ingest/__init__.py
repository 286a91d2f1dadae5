"""Files to whole-body views, and the reasons for what is left out.

`archive` finds the files; `datasets`, `headers` and `pictures` read them; `orientation` and `resampling` bring their
pictures into one form; `views` puts this together. `workers` reads each file in a process of its own, `journal` lets an
interrupted run go on, and `privacy` and `salt` keep identities out of every output.
"""
