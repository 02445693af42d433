"""The XML of iTop's data models."""
