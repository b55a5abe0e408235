"""Shares and their ratios: by persona, matched, stratified."""
