"""Agents, profiles and sign-in."""
