"""Damaged files of every format: documented errors in bounded memory, and no other numbers where there are checksums."""

import pytest

from benchmarks.file_fuzz import formats, fuzz


@pytest.mark.parametrize("seed", [0, 1])
def test_damaged_files_are_refused_or_read_as_the_whole_file(seed, tmp_path):
    found = {name: fuzz(form, 50, seed) for name, form in formats(tmp_path)}
    assert len(found) >= 3
    assert {name: report.faults for name, report in found.items() if report.faults} == {}
    assert all(report.refused for report in found.values())
