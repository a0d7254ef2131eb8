"""A corpus large enough to be embedded in several processes."""

import pytest

from .study import snakemake, write_study

pytestmark = [pytest.mark.workflow, pytest.mark.slow]
SENTENCES = "".join(f"Rack {n} of the invented hall used {n * 13} kWh.\n\n" for n in range(2100))


@pytest.fixture
def large(tmp_path):
    """The tiny study with a document of 2,100 sentences."""
    write_study(tmp_path)
    (tmp_path / "dogwood2023.txt").write_text(SENTENCES)
    return tmp_path


def test_a_job_embeds_in_several_processes(large):
    snakemake(large, "results/index/tiny/built.json")

    assert "2100 of 2100, 8 were known" in (large / "logs/index/tiny.log").read_text()
