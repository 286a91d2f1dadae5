"""The paper's figures, drawn from the arrays and tables of the run; one module per theme, the look in `style`."""
