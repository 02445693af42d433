"""The host's own hooks, each as a method with types; by what they are about."""
