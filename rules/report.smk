# report: results/{dataset}/records/*.json, results/tables, results/figures -> results/report.html


rule make_report:
    """Make the report: all results on one page."""
    input:
        expand("ffnet/results/report/{part}", part=["page.html", "parts.html", "page.css", "page.js"]),
        expand("results/{dataset}/quarantine.csv", dataset=collections),
        expand("results/{dataset}/quality.csv", dataset=collections),
        expand("results/{dataset}/manifest.csv", dataset=collections),
        expand("results/figures/{dataset}_maps.png", dataset=collections),
        expand("results/figures/{dataset}_contact_sheet.png", dataset=collections),
        kinds=expand("results/{dataset}/kind.txt", dataset=collections),
        subjects=expand("results/{dataset}/subjects.csv", dataset=collections),
        tables="results/tables/unrounded.json",
        records=expand("results/{dataset}/records/{experiment}.json", dataset=collections, experiment=chosen),
    output:
        report("results/report.html", caption="captions/report.rst", category="Report"),
    log:
        "logs/results/make_report.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        datasets=DATASETS,
        experiments=chosen,
        files=lambda wildcards: report_files(collections),
        robustness=lambda wildcards: robustness_files(),
        config=config,
        code=code_hash("workflow_scripts/make_report.py"),
    script:
        "../workflow_scripts/make_report.py"
