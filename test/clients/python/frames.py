import os

import pandas_gbq
from connect import CREDENTIALS, OPTIONS, ORIGIN, failure, tell
from google.cloud import bigquery

# For results of more than a page it makes a second client, which knows nothing of the first one's endpoint.
os.environ["BIGQUERY_EMULATOR_HOST"] = ORIGIN
client = bigquery.Client(project="rio", credentials=CREDENTIALS, client_options=OPTIONS)


def read(sql):
    return pandas_gbq.read_gbq(sql, project_id="rio", credentials=CREDENTIALS, bigquery_client=client, progress_bar_type=None)


frame = read(
    "SELECT n, CONCAT('b', CAST(n AS STRING)) AS nome, n / 2 AS metade, DATE_ADD(DATE '2026-01-01', INTERVAL n DAY) AS dia"
    " FROM UNNEST(GENERATE_ARRAY(1, 3)) AS n ORDER BY n"
)
tell(
    {
        "records": frame.to_dict("records"),
        "types": [str(each) for each in frame.dtypes],
        "many": int(read("SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS n").n.sum()),
        "error": failure(lambda: read("SELECT nada")),
    }
)
