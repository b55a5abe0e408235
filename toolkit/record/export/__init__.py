"""Export: the record's lines, tables for people, and files that appear whole."""
