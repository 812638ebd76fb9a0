"""Reads artifacts as dbt-core does, and holds them against its JSON schemas. Prints what is wrong, as JSON."""

import json
import sys
from pathlib import Path

import jsonschema
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.freshness import FreshnessExecutionResultArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.run import RunResultsArtifact

KINDS = {
    "manifest.json": WritableManifest,
    "run_results.json": RunResultsArtifact,
    "catalog.json": CatalogArtifact,
    "sources.json": FreshnessExecutionResultArtifact,
}


def nearest(error):
    """Of a node that is none of its kinds, what keeps it from being the one it is nearest to."""
    kinds = {}
    for one in error.context or []:
        kinds.setdefault(one.schema_path[0], []).append(one)
    if not kinds:
        return [error]
    return [deep for one in min(kinds.values(), key=len) for deep in nearest(one)]


faults = []
for name, kind in KINDS.items():
    path = Path(sys.argv[1]) / name
    artifact = json.loads(path.read_text())
    for error in jsonschema.Draft202012Validator(kind.json_schema()).iter_errors(artifact):
        for told in nearest(error):
            faults.append(f"{name}: {'/'.join(map(str, told.absolute_path))}: {told.message[:300]}")
    try:
        kind.read_and_check_versions(str(path))
    except Exception as error:  # noqa: BLE001
        faults.append(f"{name}: {str(error)[:500]}")
print("FAULTS" + json.dumps(faults))
