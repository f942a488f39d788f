"""Proving grades and verifying the record. Nothing is changed here."""
