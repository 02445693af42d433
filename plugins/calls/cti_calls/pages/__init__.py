"""The pages of calls: lists, a call, missed calls, phones, and what phone systems sent."""
