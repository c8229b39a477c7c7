"""Health checks of containers, run as a file so that nothing of the product is loaded; exits with 1 where it is not well.

    python pandarchat/services/ask.py /readyz       # whether the process at PANDAR_PORT answers that with 200
    python pandarchat/services/ask.py --file 60     # whether PANDAR_READY_FILE was touched within that many seconds
"""
import http.client
import os
import sys
import time


def answers(path: str) -> bool:
    host = (os.environ.get("ALLOWED_HOSTS") or "localhost").partition(",")[0].replace("*", "localhost").removeprefix(".")
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PANDAR_PORT") or 8000), timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def touched(seconds: float) -> bool:
    try:
        return time.time() - os.stat(os.environ["PANDAR_READY_FILE"]).st_mtime < seconds
    except OSError:
        return False


if __name__ == "__main__":
    well = touched(float(sys.argv[2])) if sys.argv[1] == "--file" else answers(sys.argv[1])
    sys.exit(0 if well else 1)
