"""What Snakemake needs beside the stages: plans, logs, hashes of the code, places of files."""
