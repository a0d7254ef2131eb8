"""Which jobs Snakemake would run, asked in process: a dry run in a tenth of a second."""

from collections import Counter
from pathlib import Path

from snakemake.api import SnakemakeApi
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    ResourceSettings,
)

from .study import SNAKEFILE


def planned(folder: Path, snakefile: Path = SNAKEFILE) -> Counter[str]:
    """Number of jobs by rule that a run in `folder` would start now.

    Snakemake has no public call for this; the private part of its API (pinned by
    requirements.lock) is used here and nowhere else.
    """
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL}, dryrun=True)) as api:
        flow = api.workflow(
            resource_settings=ResourceSettings(cores=2),
            config_settings=ConfigSettings(configfiles=[folder / "study.yaml"]),
            snakefile=snakefile,
            workdir=folder,
        )
        dag = flow.dag(dag_settings=DAGSettings())
        private = flow._workflow
        private.dag_settings = dag.dag_settings
        private._prepare_dag(forceall=False, ignore_incomplete=True, lock_warn_only=True)
        private._build_dag()
        jobs = private.dag.needrun_jobs()
        return Counter(job.rule.name for job in jobs if not job.rule.norun)
