from ffnet.results.report.cleaning_view import cleaning_view
from ffnet.results.tables.table import cells_of


def test_what_cleaning_changed_is_shown_with_its_median_and_its_greatest_share(folder):
    rows = cells_of(cleaning_view(folder.sources()))
    assert len(rows) == len(folder.datasets)
    for row in rows:
        assert [cell.text for cell in row[-4:]] == ["3", "0.10", "2.00", "20.00"]
        assert [cell.small for cell in row[-3:]] == ["0.30", "5.00", "40.00"]


def test_the_page_has_it_where_the_stages_measured_something(folder, text):
    assert "vertices moved as spikes" in text
    assert cells_of(cleaning_view(folder.sources()._replace(quality={}))) == []
