"""Where argon2 runs: in a few processes of low priority beside a server, in this process everywhere else."""
