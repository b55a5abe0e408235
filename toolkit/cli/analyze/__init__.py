"""The command `analyze`: the frozen plan, run on what raters said."""
