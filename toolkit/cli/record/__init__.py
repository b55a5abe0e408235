"""Commands on a whole record: `verify`, `export` and `import`."""
