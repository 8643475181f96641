import csv
import json
import re

from ffnet.results.cross_runs import read_crosses
from ffnet.results.report.page import contents, render
from ffnet.results.tables.all_tables import all_frames
from tests.results.report.conftest import EXPERIMENTS, Page
from tests.results.test_cross_runs import write_crosses


def table(folder, name):
    with open(folder.results / "tables" / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_every_number_of_accuracy_md_is_in_the_row_of_its_experiment(folder, page):
    lines = (folder.results / "tables" / "accuracy.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    heading, _, *rows = rows
    assert len(rows) == 6
    assert next(cells for where, _, cells, _ in page.rows if where == "accuracy") == heading[2:]
    for dataset, _, experiment, *cells in rows:
        assert page.find("accuracy", dataset, experiment)[0] == [experiment, *cells]


def test_an_experiment_without_a_run_is_visibly_empty(page):
    cells, classes = page.find("accuracy", "demo", "FFNet")
    assert set(cells[1:]) == {"not run"} and all("missing" in name for name in classes[1:])
    assert "Not run ( repeats: 0 in config.yaml): F3DNet-d." in page.text


def test_cells_of_the_ablation_that_were_not_run_are_hatched_and_others_are_not(page):
    rows = {tuple(cells[:2]): (cells[2:], classes[2:]) for where, _, cells, classes in page.rows if where == "ablation"}
    cells, classes = rows["F3DNet-M", "faces (paper's)"]
    assert cells == ["not run"] * 4 and all("missing" in name for name in classes)
    cells, classes = rows["F3DNet-M", "paper"]
    assert cells == ["79.17", "81.39", "81.67", "83.06"]  # of Table 4, the last with this line
    assert not any("missing" in name for name in classes)


def test_other_tables_stand_in_the_page_as_in_their_csv(folder, page):
    rows = {name: [cells for where, _, cells, _ in page.rows if where == name] for name in ("leakage", "subjects")}
    for row in table(folder, "leakage"):
        assert [row["experiment"], row["runs_audited"], "0", "0", "0", row["quarantined"]] in rows["leakage"]
    for row in table(folder, "subjects"):
        shown = [row[name] for name in ("experiment", "subject", "scans", "tests", "accuracy")] in rows["subjects"]
        assert shown == (int(row["rank"]) <= 5)
    assert ["lost", "masks", "no face found"] in [cells for *_, cells, _ in page.rows]
    assert "1 of 49 scans left out" in page.text


def test_confusion_matrices_have_their_rows_true_and_scores_at_the_end(folder, page):
    counts = {
        (row["dataset"], row["experiment"], row["true"], row["predicted"]): row for row in table(folder, "confusion")
    }
    scores = [row for row in table(folder, "classes") if (row["dataset"], row["experiment"]) == ("own", "ridge")]
    shown = [cells for where, _, cells, _ in page.rows if where == "classes"]
    for row in scores:
        names = [score["class"] for score in scores]
        percents = [f"{float(counts['own', 'ridge', row['class'], name]['percent']):.1f}" for name in names]
        assert [row["class"], *percents, row["recall"], row["precision"], row["f1"]] in shown


def caption(figure):
    return figure[: figure.index("</figcaption>")]


def test_what_is_synthetic_is_said_at_the_top_and_at_every_table_that_has_it(text):
    assert text.index("Synthetic data.") < text.index('<section id="accuracy">')
    figures = re.findall(r'<figure class="(?:table|matrix|intervals)">.*?</figure>', text, re.S)
    assert len(figures) > 15
    for figure in figures:
        if ">demo" in figure:
            assert 'class="tag synthetic"' in figure
    tables = [figure for figure in figures if 'class="table"' in figure and "tag synthetic" in caption(figure)]
    assert tables and all("say nothing about the paper" in table for table in tables)
    assert "The paper&#39;s collections: faces. Other scans: own." in text or (
        "The paper's collections: faces. Other scans: own." in text
    )


def test_nothing_is_loaded_from_anywhere(page, text):
    loading = {"src", "href", "srcset", "poster", "action", "data", "xlink:href", "background", "formaction"}
    for tag, attributes in page.tags:
        for name in loading & attributes.keys():
            assert attributes[name].startswith(("#", "data:")), (tag, name)
    assert "http" not in re.sub(r"data:image/webp;base64,[^\"]*", "", text)
    assert "@import" not in text and "url(" not in text
    assert all(tag != "script" or not attributes for tag, attributes in page.tags)


def test_text_is_escaped_wherever_it_comes_from(own_folder, parse):
    evil = "<b>x</b>\"'><script>alert(1)</script>&amp;"
    place = own_folder.results / "demo"
    quoted = evil.replace('"', '""')
    (place / "quarantine.csv").write_text(f'scan,stage,reason\n<b>,maps,"{quoted}"\n')
    path = place / "records" / "FFNet-M.json"
    path.write_text(path.read_text().replace('"cpu"', '"<i>cpu</i>"'))
    own_folder.config = own_folder.config | {"folder": evil}
    path = own_folder.results / "tables" / "unrounded.json"
    path.write_text(path.read_text().replace('"paper\'s"', '"<u>paper\'s"'))
    text = own_folder.page()
    page = parse(text)
    assert ["<b>", "maps", evil] in [cells for *_, cells, _ in page.rows]
    assert text.count("<script") == 1 and not {"b", "i", "u"} & {tag for tag, _ in page.tags}
    assert "<b>x" not in text and "<b></td>" not in text and "<i>cpu</i>" in page.text
    assert "faces (<u>paper's)" in page.text


def test_the_same_inputs_give_the_same_bytes_without_a_date(folder, text):
    assert folder.page() == text
    assert not re.search(r"20\d\d-\d\d-\d\d", re.sub(r"base64,[^\"]*", "", text))


def test_the_page_is_whole_without_javascript_and_names_what_made_it(text, parse):
    bare = parse(re.sub(r"<script>.*?</script>", "", text, flags=re.S))
    assert ["Python", "3.11"] in [cells for *_, cells, _ in bare.rows]
    assert ["code and pinned packages, hash", "abc"] in [cells for *_, cells, _ in bare.rows]
    assert "epochs: 3" in bare.text
    assert all(f'href="#{name}"' in text and f'<section id="{name}">' in text for name in ("time", "maps", "learning"))


def test_maps_and_contact_sheet_of_every_dataset_stand_inside_with_their_size(page):
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 6 and all(one["src"].startswith("data:image/webp;base64,") for one in pictures)
    assert {(one["width"], one["height"]) for one in pictures} == {("90", "60")}


def test_our_figures_carry_their_mark_and_their_interval(folder, page, text):
    rows = {(row["dataset"], row["experiment"]): row for row in table(folder, "accuracy")}
    shown = [cells for where, _, cells, _ in page.rows if where == "methods" and cells[0] == "FFNet-M"]
    assert [cells[5] for cells in shown] == [
        rows["faces", "FFNet-M"]["accuracy"],
        "",  # beside the figure printed for Bosphorus, as demo is not Bosphorus
        rows["demo", "FFNet-M"]["accuracy"] + "*",
    ]
    tables = re.findall(r"<figure class=\"table\">.*?</figure>", text, re.S)
    noted = [table for table in tables if "tag synthetic" in caption(table)]
    assert len(noted) > 5 and all(re.search(r"<li>(\*: )?synthetic: generated faces", table) for table in noted)


def test_a_leak_is_named_at_the_top(own_folder, parse):
    path = own_folder.results / "tables" / "unrounded.json"
    frames = json.loads(path.read_text())
    frames["leakage"]["leaks"][1], frames["leakage"]["subjects_in_both_halves"][1] = "repeat 0, fold 0: subject s1", 1
    path.write_text(json.dumps(frames))
    text = own_folder.page()
    leak = "FFNet-M on demo leaks: 1 subjects and 0 identical scans are in both halves of a run."
    assert leak in parse(text).text and text.index("Leak.") < text.index('<section id="accuracy">')
    assert "See the warnings at the top: 52 runs were audited." in parse(text).text


def test_a_tooltip_says_how_often_a_class_was_taken_for_another(folder, page):
    titles = {attributes.get("title") for tag, attributes in page.tags if tag == "td"}
    for row in table(folder, "confusion"):
        assert f"{row['true']} taken for {row['predicted']}: {row['count']} times" in titles


def test_curves_on_validation_subjects_are_on_the_page_of_runs_that_have_them_and_on_no_other(own_folder):
    text = own_folder.page()
    assert "Dashed: on the validation subjects" not in text and 'class="line validation"' not in text
    path = own_folder.results / "demo" / "records" / "mine.json"
    record = json.loads(path.read_text())
    for row in record["epochs"]:
        row |= {"validation_loss": {"mean": 0.75, "sd": 0.25}, "validation_accuracy": {"mean": 0.625, "sd": 0.05}}
    path.write_text(json.dumps(record | {"people": [{"repeat": 0, "fold": 0, "training": ["a"], "validation": ["b"]}]}))
    text = own_folder.page()
    assert "Dashed: on the validation subjects, whom training does not see." in text
    assert text.count('class="line validation"') == 2
    assert "validation 62.5 ± 5.0%" in text and "validation 0.750 ± 0.250" in text


def test_curves_on_the_test_half_are_dotted_and_said_not_to_be_used(own_folder):
    text = own_folder.page()
    assert "Dotted: on the test fold" not in text and 'class="line test"' not in text
    path = own_folder.results / "demo" / "records" / "mine.json"
    record = json.loads(path.read_text())
    for row in record["epochs"]:
        row |= {"test_loss": {"mean": 0.75, "sd": 0.25}, "test_accuracy": {"mean": 0.625, "sd": 0.05}}
    path.write_text(json.dumps(record | {"best_epoch_gain": 0.125}))
    text = own_folder.page()
    assert "Dotted: on the test fold, which decides nothing." in text
    assert text.count('class="line test"') == 2 and 'class="line validation"' not in text
    assert "test (not used) 62.5 ± 5.0%" in text and "test (not used) 0.750 ± 0.250" in text


def test_pairs_of_collections_have_a_section_and_their_matrices_are_with_those_of_the_tested_one(
    folder, known, tmp_path
):
    assert not any(name == "a" and of.get("href") == "#cross" for name, of in Page(folder.page()).tags)
    crosses = read_crosses(write_crosses(tmp_path), known.datasets, known.confidence)
    frames = all_frames(known.experiments(), known.datasets, known.confidence, crosses)
    sources = folder.sources()
    text = render(contents(sources._replace(frames=sources.frames | frames), EXPERIMENTS, folder.config))
    page = Page(text)
    assert any(name == "a" and of.get("href") == "#cross" for name, of in page.tags)
    rows = [cells for where, _, cells, _ in page.rows if where == "cross"]
    assert ["ridge", "faces", "", "41.67 (7.4 to 75.9)"] in rows
    classes = text.partition('<section id="classes">')[2].partition("</section>")[0]
    assert "FFNet-M trained on faces" in classes.partition("<h3>faces")[0]  # of demo, which is tested
