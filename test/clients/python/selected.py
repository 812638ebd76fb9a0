"""dbt-core's answers about a project: for each line of select/exclude/indirect words on stdin, the unique ids they select."""

import json
import sys

from dbt.cli.main import dbtRunner

folder = sys.argv[1]
place = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", f"{folder}/target"]
quiet = ["--quiet", "--no-write-json", "--no-version-check"]
parsed = dbtRunner().invoke(["--quiet", "--no-version-check", "parse", *place])
if parsed.exception:
    raise parsed.exception
runner = dbtRunner(manifest=parsed.result)
answers = []
for words in json.load(sys.stdin):
    result = runner.invoke([*quiet, "ls", *place, "--output", "json", "--output-keys", "unique_id", *words])
    found = [json.loads(line)["unique_id"] for line in result.result] if result.success and result.result else []
    answers.append(sorted(found) if result.success else str(result.exception))
print("ANSWERS" + json.dumps(answers))
