"""The command `lab`: JupyterLab or Voila with a panel that is already open."""
