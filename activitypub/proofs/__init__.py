"""Proofs inside documents: who said this, however it reached us."""
