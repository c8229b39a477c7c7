"""One socket per tab: frames, commands, writer, limits, pings. What flows on it is decided by the apps' `socket.py`."""
