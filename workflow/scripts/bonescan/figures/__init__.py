"""The paper's figures, drawn from the arrays and tables of the run; one module a theme, the common look in `style`."""
