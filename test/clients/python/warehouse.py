import datetime

from connect import CREDENTIALS, OPTIONS, failure, tell
from google.cloud import bigquery

client = bigquery.Client(project="rio", credentials=CREDENTIALS, client_options=OPTIONS)
results = {}

dataset = bigquery.Dataset("rio.python")
dataset.description = "de Python"
client.create_dataset(dataset)
results["conflict"] = failure(lambda: client.create_dataset(dataset))
results["datasets"] = "python" in [each.dataset_id for each in client.list_datasets()]

table = bigquery.Table(
    "rio.python.chamado",
    schema=[
        bigquery.SchemaField("id", "INT64", mode="REQUIRED"),
        bigquery.SchemaField("dia", "DATE", description="quando"),
        bigquery.SchemaField("tags", "STRING", mode="REPEATED"),
        bigquery.SchemaField("local", "RECORD", fields=[bigquery.SchemaField("bairro", "STRING")]),
    ],
)
table.time_partitioning = bigquery.TimePartitioning(field="dia")
client.create_table(table)
insert = client.query_and_wait(
    "INSERT INTO python.chamado VALUES"
    " (1, '2026-01-02', ['a', 'b'], STRUCT('Centro')), (2, NULL, [], NULL), (3, '2026-01-03', ['c'], STRUCT('Méier'))"
)
results["inserted"] = insert.num_dml_affected_rows

found = client.get_table("rio.python.chamado")
results["table"] = [found.num_rows, [(field.name, field.field_type, field.mode) for field in found.schema]]
results["rows"] = [dict(row) for row in client.list_rows(found)]
results["query"] = [
    dict(row)
    for row in client.query(
        "SELECT t AS tag, COUNT(*) AS n FROM python.chamado, UNNEST(tags) AS t GROUP BY t ORDER BY t",
        job_config=bigquery.QueryJobConfig(labels={"origem": "teste"}),
    ).result()
]
values = next(
    iter(
        client.query_and_wait(
            "SELECT NUMERIC '1.5' AS n, TIMESTAMP '2026-01-02 03:04:05.678901+00' AS t, b'\\xff' AS b, TRUE AS v,"
            " 1.25 AS f, DATE '2026-01-02' AS d, CAST(NULL AS INT64) AS nada"
        )
    )
)
results["values"] = [
    str(values.n),
    values.t == datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc),
    values.b == b"\xff",
    values.v,
    values.f,
    values.d,
    values.nada,
]
pages = client.query("SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS n ORDER BY n").result(page_size=7000)
numbers = [row.n for row in pages]
results["pages"] = [numbers == list(range(1, 25001)), pages.total_rows]
dry = client.query("SELECT id FROM python.chamado", job_config=bigquery.QueryJobConfig(dry_run=True))
results["dry"] = [dry.state, [field.name for field in dry.schema]]
results["frame"] = client.query("SELECT id, dia FROM python.chamado ORDER BY id").to_dataframe(
    create_bqstorage_client=False
).to_dict("records")

results["syntax"] = failure(lambda: client.query_and_wait("SELEC 1"))
results["missing"] = failure(lambda: client.get_table("rio.python.nada"))
results["missing_query"] = failure(lambda: client.query_and_wait("SELECT * FROM python.nada"))
results["forbidden"] = failure(lambda: client.get_dataset("outro.python"))
client.delete_table(found)
results["tables"] = [each.table_id for each in client.list_tables("python")]
client.delete_dataset("python", delete_contents=True)
results["gone"] = failure(lambda: client.get_dataset("python"))
tell(results)
