"""Two at the same time: versions of objects, and forms that are sent twice."""
