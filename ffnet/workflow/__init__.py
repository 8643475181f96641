"""What Snakemake needs besides the stages: plans, paths, logs and hashes of the code."""
