"""A Finding, its table, and what several questions share to make one."""
