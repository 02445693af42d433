"""What is kept of agents: their queues, which calls they see, and what their screens show."""
