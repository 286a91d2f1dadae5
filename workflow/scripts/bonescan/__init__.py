"""The library behind the workflow's scripts: one module per stage, arrays and tables in, arrays and tables out."""
