"""What phone systems tell becomes calls: from an event to its call, journal entry and messages."""
