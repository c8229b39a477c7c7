"""The world that is measured: a database in the shape of the yardstick's, and who may talk to it. Started by `manage.py bench_world`."""
