import csv
import re


def table(folder, name):
    with open(folder.results / "tables" / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_every_number_of_accuracy_csv_stands_in_the_row_of_its_experiment(folder, page):
    rows = table(folder, "accuracy")
    assert len(rows) == 6
    for row in rows:
        cells, _ = page.find("accuracy", row["dataset"], row["experiment"])
        wanted = [value for name, value in row.items() if name not in ("dataset", "data", "confidence")]
        wanted[wanted.index(row["interval_low"])] = f"{row['interval_low']} to {row['interval_high']}"
        assert sorted(filter(None, wanted)) == sorted(
            [*filter(None, cells), *([row["interval_high"]] if row["interval_high"] else [])]
        )
        assert f"confidence {row['confidence']}" in page.text


def test_an_experiment_without_a_run_is_visibly_empty(page):
    cells, classes = page.find("accuracy", "demo", "FFNet")
    assert set(cells[1:]) == {"not run"} and all("missing" in name for name in classes[1:])
    assert "Not run ( repeats: 0 in config.yaml): F3DNet-d." in page.text


def test_cells_of_the_ablation_that_were_not_run_are_hatched_and_others_are_not(page):
    cells, classes = page.find("ablation", "faces, ours", "F3DNet-M")
    assert cells[1:] == ["not run"] * 4 and all("missing" in name for name in classes[1:])
    cells, classes = page.find("ablation", "BU-3DFE, the paper", "F3DNet-M")
    assert cells[1:] == ["83.61", "84.71", "82.89", "86.95"] and not any("missing" in name for name in classes)


def test_other_tables_stand_in_the_page_as_in_their_csv(folder, page):
    rows = {name: [cells for where, _, cells, _ in page.rows if where == name] for name in ("leakage", "subjects")}
    for row in table(folder, "leakage"):
        assert [row["experiment"], row["runs_audited"], "0", "0", "0", row["quarantined"]] in rows["leakage"]
    for row in table(folder, "subjects"):
        shown = [row["experiment"], row["subject"], row["accuracy"], row["tests"], row["scans"]] in rows["subjects"]
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


def test_what_is_synthetic_is_said_at_the_top_and_at_every_table_that_has_it(text):
    assert text.index("Synthetic data.") < text.index('<section id="accuracy">')
    figures = re.findall(r'<figure class="(?:table|matrix|intervals)">.*?</figure>', text, re.S)
    assert len(figures) > 15
    for figure in figures:
        if ">demo" in figure:
            assert 'class="tag synthetic"' in figure
    tables = [figure for figure in figures if 'class="table"' in figure and "tag synthetic" in figure]
    assert tables and all("say nothing about the paper" in table for table in tables)
    assert "Licensed, scans of people: faces, own." in text


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
    path = own_folder.results / "tables" / "leakage.csv"
    path.write_text(
        path.read_text().replace("demo,FFNet-M,synthetic,8,0,0,0,1,", "demo,FFNet-M,synthetic,8,1,0,0,1,<u>a")
    )
    text = own_folder.page()
    page = parse(text)
    assert ["<b>", "maps", evil] in [cells for *_, cells, _ in page.rows]
    assert text.count("<script") == 1 and not {"b", "i", "u"} & {tag for tag, _ in page.tags}
    assert "<b>x" not in text and "<b></td>" not in text and "<i>cpu</i>" in page.text
    assert "FFNet-M on demo leaks: its accuracy cannot be believed. <u>a" in page.text


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


def test_headline_columns_stand_below_their_headings(folder, page):
    headings = next(cells for where, _, cells, _ in page.rows if where == "accuracy")
    places = {"sd over runs": "sd_over_runs", "sd over repeats": "sd_over_repeats", "runs": "runs", "scans": "scans"}
    for row in table(folder, "accuracy"):
        cells, _ = page.find("accuracy", row["dataset"], row["experiment"])
        assert all(cells[headings.index(heading)] == row[name] for heading, name in places.items())


def test_our_figures_carry_their_mark_and_their_interval(folder, page, text):
    rows = {(row["dataset"], row["experiment"]): row for row in table(folder, "accuracy")}
    shown = [cells for where, _, cells, _ in page.rows if where == "methods" and cells[0] == "FFNet-M"]
    assert [cells[4] for cells in shown] == [
        rows["faces", "FFNet-M"]["accuracy"],
        rows["demo", "FFNet-M"]["accuracy"] + "*",
    ]
    row = rows["faces", "FFNet-M"]
    ours = [cells[-1] for where, of, cells, _ in page.rows if of.startswith("faces, ours") and cells[0] == "FFNet-M"]
    assert ours == [f"{row['accuracy']}{row['interval_low']} to {row['interval_high']}"] * 2  # Tables 3 and 5
    noted = [
        table for table in re.findall(r"<figure class=\"table\">.*?</figure>", text, re.S) if "tag synthetic" in table
    ]
    assert all("<li>synthetic: generated faces" in table for table in noted)


def test_hovering_tells_how_often_a_class_was_taken_for_another(folder, page):
    titles = {attributes.get("title") for tag, attributes in page.tags if tag == "td"}
    for row in table(folder, "confusion"):
        assert f"{row['true']} taken for {row['predicted']}: {row['count']} times" in titles
