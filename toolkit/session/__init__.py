"""The live things: a conversation, and a participant's sitting."""
