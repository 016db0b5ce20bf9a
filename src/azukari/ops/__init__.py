"""Door of the operator: the `azukari` command. Set-up, recovery, verification, demo data, the sweeper."""
