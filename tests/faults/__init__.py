"""Things broken on purpose around the real server: its processes, its disk, its database, its clients."""
