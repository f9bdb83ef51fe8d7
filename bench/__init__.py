"""`make bench`: what a request costs, as ratios to a hello-world of the same server in the same run."""
