# report: results/{dataset}/runs/.../*.json, results/tables, results/figures -> results/report.html


rule gather_records:
    """Gather what the runs of {wildcards.experiment} on {wildcards.dataset} took and learned."""
    input:
        lambda wildcards: [
            path.removesuffix(".csv") + ".json"
            for path in run_files(settings, wildcards.dataset, wildcards.experiment)
        ],
    output:
        "results/{dataset}/records/{experiment}.json",
    log:
        "logs/{dataset}/gather_records/{experiment}.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        code=code_hash("workflow_scripts/gather_records.py"),
    script:
        "../workflow_scripts/gather_records.py"


rule make_report:
    """Make the report: everything that was found, on one page."""
    input:
        expand("ffnet/results/report/{part}", part=["page.html", "parts.html", "page.css", "page.js"]),
        TABLES,
        expand("results/{dataset}/{list}.csv", dataset=collections, list=["quarantine", "quality"]),
        expand("results/{dataset}/records/{experiment}.json", dataset=collections, experiment=chosen),
        expand("results/figures/{dataset}_{kind}.png", dataset=collections, kind=["maps", "contact_sheet"]),
    output:
        report("results/report.html", caption="captions/report.rst", category="Report"),
    log:
        "logs/results/make_report.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        collections=COLLECTIONS,
        experiments=chosen,
        config=config,
        code=code_hash("workflow_scripts/make_report.py"),
    script:
        "../workflow_scripts/make_report.py"
