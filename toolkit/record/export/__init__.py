"""What leaves the record: its lines, tables for people, and files that appear whole."""
