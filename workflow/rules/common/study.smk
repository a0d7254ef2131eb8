"""The study that a run is about, and what it is made of."""

import sys
from pathlib import Path

from wattrag.config.environment import read_environment
from wattrag.errors import InputError
from wattrag.study import jobs, specs
from wattrag.study.load import config_name, load_study
from wattrag.study.retrievals import retrievals
from wattrag.study.sweeps import runs as swept

# `workflow.basedir` would be the user's own folder when this is used as a module.
ROOT = Path(str(workflow.current_basedir)).resolve().parents[2]

# `HF_HOME` may stand in it: where the commits of ad-hoc models are looked up.
read_environment()

try:
    STUDY = load_study(
        config,
        config_name(
            workflow.configfiles, overridden=bool(workflow.config_settings.config)
        ),
        root=ROOT,
    )
    EXTERNALS = jobs.external_results(STUDY)
    MERGED = jobs.merged_results(STUDY, Path("results"))
    ENSEMBLES = jobs.ensembles(STUDY)
    SWEEPS = swept.sweeps(STUDY)
except InputError as error:
    # A WorkflowError would add the place in this file: the user's file is what counts.
    sys.exit(str(error))

# Those of sweeps are no part of the tables.
SEARCHES = [(r.retriever, r.planner) for r in retrievals(STUDY)]
SWEPT_SEARCHES = swept.swept_retrievals(STUDY)
SWEPT_EXPERIMENTS = swept.swept_experiments(STUDY)
# Who plans, by retriever and `{planner}`; None plans nothing.
PLANS = {
    (r.retriever, r.planner): r.plans
    for r in [*retrievals(STUDY), *(search for search, _ in SWEPT_SEARCHES)]
}
LABELLED = jobs.labelled(STUDY)
EXPERIMENTS = jobs.experiments(STUDY)
FAMILIES = jobs.families(STUDY)
ILLUSTRATED = jobs.illustrated(STUDY)
FOREIGN = {(e.env, e.datafile, e.name): e for e in [*EXTERNALS, *MERGED]}
