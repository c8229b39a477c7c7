"""An outside client over HTTP and WebSocket, without any part of the server, and the story that it plays."""
