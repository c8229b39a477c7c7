"""Tests that break things for real while a crowd talks: `make faults`, `make soak`. Each has a control that fails without its guard.

    crowd.py     clients in rooms, sending, over several servers; what they saw is held against the database at the end
    without.py   starts a server, worker or beat with a guard taken away, for the controls
    sabotage/    what takes the guards away, a file per part of the house
    bent.py      a tab on a line that loses, doubles and reorders what goes over it
    queue.py     a queue with agents, and what must hold of its assignments
    record.py    what a test held, kept in `var/faults/results.jsonl`; report.py prints it, page.py makes docs/reliability.md of it
"""
