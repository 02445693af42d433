"""The classes of the data model, as peewee models."""
