"""The units of a confirm stage, sent by the engine or by a batch service."""
