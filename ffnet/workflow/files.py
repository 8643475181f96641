"""Where every file is: the layout of results/ and logs/, for Python.

The rules write the same paths out, where a reader looks for them; a test holds both together. Fill in a pattern with
str.format.
"""

STAGES = ("scans", "maps", "normals", "masks", "shards")  # those that make one file per shard, in the order of the data
FIGURE_FORMS = ("png", "svg")

MANIFEST = "results/{dataset}/manifest.csv"
STAGE = "results/{dataset}/{stage}/{shard}.h5"
KIND = "results/{dataset}/kind.txt"
SHARD_HASHES = "results/{dataset}/shards.csv"
SCAN_HASHES = "results/{dataset}/hashes.csv"
QUARANTINE = "results/{dataset}/quarantine.csv"
QUARANTINE_CHECK = "results/{dataset}/quarantine.txt"
QUALITY = "results/{dataset}/quality.csv"

SUBJECTS = "results/{dataset}/subjects.csv"
SPLIT = "results/{dataset}/splits/{repeat}.csv"
RUN = "results/{dataset}/runs/{experiment}/{repeat}/{fold}.csv"
RUN_RECORD = "results/{dataset}/runs/{experiment}/{repeat}/{fold}.json"
FEATURES = "results/{dataset}/features/{experiment}/{repeat}/{fold}.h5"
UNMOVED = "results/{dataset}/transport/{experiment}/unmoved/{repeat}/{fold}.csv"
MOVED = "results/{dataset}/transport/{experiment}/moved/{repeat}/{fold}.csv"
CHOICE = "results/{dataset}/choice/{experiment}"  # the folder of what `ffnet choose` found
MODEL = "results/{dataset}/models/{experiment}.safetensors"
MODEL_REPEAT = "results/{dataset}/models/{experiment}/{repeat}.safetensors"
CROSS = "results/{dataset}/cross/{train}/{experiment}/{repeat}.csv"
CROSS_RECORD = "results/{dataset}/cross/{train}/{experiment}/{repeat}.json"

PREDICTIONS = "results/{dataset}/predictions/{experiment}.csv"
RECORDS = "results/{dataset}/records/{experiment}.json"
TABLE = "results/tables/{table}.{form}"
LEAKAGE_CHECK = "results/tables/leakage.txt"
MAPS_FIGURE = "results/figures/{dataset}_maps.{form}"
CONTACT_SHEET = "results/figures/{dataset}_contact_sheet.png"
CONFUSION_FIGURE = "results/figures/{dataset}_{experiment}_confusion.{form}"
REPORT = "results/report.html"
OUTCOMES = "results/robustness/{axis}/{severity}.csv"
RETAKEN = "results/robustness/scans/{axis}/{severity}"  # the folder of scans that the generator takes again
GENERATED_CHECK = "results/robustness/generated.txt"
ROBUSTNESS_TABLE = "results/robustness/accuracy.csv"
ROBUSTNESS_TEXT = "results/robustness/accuracy.md"
ROBUSTNESS_LOST = "results/robustness/lost.csv"
ROBUSTNESS_FIGURE = "results/robustness/accuracy.{form}"
PARTIAL = "results/tables_so_far"  # the folder of tables and report of an unfinished experiment

TABLE_FORMS = {  # table -> endings of its files
    **dict.fromkeys(("table1", "table2", "table3", "table4", "table5"), ("csv", "md", "tex")),
    **dict.fromkeys(
        ("accuracy", "intervals", "classes", "subjects", "questions", "comparisons", "leakage"), ("csv", "md")
    ),
    "confusion": ("csv",),
    "columns": ("md",),
    "unrounded": ("json",),
}
TABLES = tuple(TABLE.format(table=table, form=form) for table, forms in TABLE_FORMS.items() for form in forms)
CROSS_TABLES, TRANSPORT_TABLES = (  # where there are pairs; where features are moved
    tuple(TABLE.format(table=table, form=form) for form in ("csv", "md")) for table in ("cross", "transport")
)

DEMO_LOG = "logs/demo/{layout}/{subject}.log"
UNPACK_LOG = "logs/demo/unpack_makehuman.log"
PRETRAINED_LOG = "logs/pretrained/fetch_imagenet.log"
DATASET_LOG = "logs/{dataset}/{rule}.log"
SHARD_LOG = "logs/{dataset}/{rule}/{shard}.log"
SPLIT_LOG = "logs/{dataset}/{rule}/{repeat}.log"
RUN_LOG = "logs/{dataset}/{rule}/{experiment}/{repeat}/{fold}.log"
REPEAT_LOG = "logs/{dataset}/{rule}/{experiment}/{repeat}.log"
CROSS_LOG = "logs/{dataset}/{rule}/{train}/{experiment}/{repeat}.log"
EXPERIMENT_LOG = "logs/{dataset}/{rule}/{experiment}.log"
ROBUSTNESS_LOG = "logs/robustness/{rule}.log"
CONDITION_LOG = "logs/robustness/{rule}/{axis}/{severity}.log"
RESULTS_LOG = "logs/results/{rule}.log"
SHARD_BENCHMARK = "logs/benchmarks/{dataset}/{rule}/{shard}.tsv"
CONDITION_BENCHMARK = "logs/benchmarks/robustness/{rule}/{axis}/{severity}.tsv"
MODEL_BENCHMARK = "logs/benchmarks/{dataset}/{rule}/{experiment}.tsv"
REPEAT_BENCHMARK = "logs/benchmarks/{dataset}/{rule}/{experiment}/{repeat}.tsv"
CROSS_BENCHMARK = "logs/benchmarks/{dataset}/{rule}/{train}/{experiment}/{repeat}.tsv"


def figure_files(pattern: str, **names: str) -> tuple[str, ...]:
    """The files of a figure in all its forms, a pattern with {form} and other names."""
    return tuple(pattern.format(form=form, **names) for form in FIGURE_FORMS)
