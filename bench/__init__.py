"""Measures Pandar Chat beside the yardstick's targets: `python -m bench --help`. Nothing here is imported by the product."""
