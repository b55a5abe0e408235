"""Commands on a study's stages: `freeze`, `status` and `plan`."""
