"""The calls of BigQuery's REST API by Google's own client: what they give, and with what they fail."""

import datetime
import decimal
import io

import pandas
from connect import CREDENTIALS, OPTIONS, failure, tell
from google.cloud import bigquery
from google.cloud.bigquery import (
    ArrayQueryParameter,
    ConnectionProperty,
    ExtractJobConfig,
    LoadJobConfig,
    QueryJobConfig,
    RangeQueryParameter,
    ScalarQueryParameter,
    SchemaField,
    StructQueryParameter,
)

client = bigquery.Client(project="rio", credentials=CREDENTIALS, client_options=OPTIONS)
results = {}


def rows(sql, **config):
    return [tuple(row.values()) for row in client.query_and_wait(sql, job_config=QueryJobConfig(**config))]


client.create_dataset("chamadas")

# Parameters of every type come back as they were sent.
utc = datetime.timezone.utc
scalars = {
    "INT64": 2**62,
    "FLOAT64": 1.5,
    "BOOL": True,
    "STRING": "it's \\ \"ç\"",
    "BYTES": b"\x00\xff",
    "NUMERIC": decimal.Decimal("-1.25"),
    "BIGNUMERIC": decimal.Decimal("1.123456789012345678"),
    "DATE": datetime.date(2024, 1, 2),
    "DATETIME": datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
    "TIME": datetime.time(1, 2, 3, 4),
    "TIMESTAMP": datetime.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=utc),
    "GEOGRAPHY": "POINT(1 2)",
}
differ = []
for kind, value in scalars.items():
    for sent in (value, None):
        if rows("SELECT @p", query_parameters=[ScalarQueryParameter("p", kind, sent)]) != [(sent,)]:
            differ.append([kind, str(sent)])
    several = ArrayQueryParameter("p", kind, [value, value])
    if rows("SELECT @p", query_parameters=[several]) != [([value, value],)]:
        differ.append([kind, "array"])
results["parameters"] = differ
struct = StructQueryParameter(
    "p", ScalarQueryParameter("x", "INT64", 1), ArrayQueryParameter("y", "DATE", [datetime.date(2024, 1, 1)])
)
results["struct"] = rows("SELECT @p, @p.x", query_parameters=[struct])
of_structs = [StructQueryParameter(None, ScalarQueryParameter("x", "INT64", n)) for n in (1, 2)]
results["structs"] = rows("SELECT @p", query_parameters=[ArrayQueryParameter("p", "STRUCT", of_structs)])
since = RangeQueryParameter(range_element_type="DATE", name="p", start=datetime.date(2024, 1, 1), end=None)
results["range"] = rows("SELECT RANGE_CONTAINS(@p, DATE '2030-01-01'), RANGE_START(@p)", query_parameters=[since])
positional = [ScalarQueryParameter(None, "INT64", 1), ScalarQueryParameter(None, "STRING", "z")]
results["positional"] = rows("SELECT ?, ?", query_parameters=positional)

# Sessions.
opened = client.query("CREATE TEMP TABLE t AS SELECT 1 AS a", job_config=QueryJobConfig(create_session=True))
opened.result()
session = {"connection_properties": [ConnectionProperty("session_id", opened.session_info.session_id)]}
results["session_type"] = opened.statement_type
rows("INSERT INTO t VALUES (2)", **session)
rows("DECLARE x INT64 DEFAULT 5", **session)
rows("SET x = x * 2", **session)
rows("CREATE TEMP FUNCTION dobro(n INT64) AS (n * 2)", **session)
results["session"] = rows("SELECT SUM(dobro(a)) + x, @@session_id IS NULL FROM t GROUP BY x", **session)
rows("BEGIN TRANSACTION", **session)
rows("INSERT INTO t VALUES (3)", **session)
results["session_inside"] = rows("SELECT COUNT(*) FROM t", **session)
rows("ROLLBACK TRANSACTION", **session)
results["session_after"] = rows("SELECT COUNT(*) FROM t", **session)
results["session_error"] = failure(lambda: rows("SELECT nada FROM t", **session))
results["session_dry"] = [
    field.name for field in client.query("SELECT *, x FROM t", job_config=QueryJobConfig(dry_run=True, **session)).schema
]
rows("CALL BQ.ABORT_SESSION()", **session)
results["session_over"] = failure(lambda: rows("SELECT 1", **session))

# Rows that are sent one by one.
client.query_and_wait("CREATE TABLE chamadas.t (id INT64 NOT NULL, s STRING, d DATE) PARTITION BY d")
sent = [{"id": 1, "s": "a", "d": "2024-01-01"}, {"id": "x"}, {"s": "b"}]
results["insert"] = [
    [error["index"], error["errors"][0]["reason"], error["errors"][0]["location"]]
    for error in client.insert_rows_json("chamadas.t", sent)
]
client.insert_rows_json("chamadas.t", sent[:1], skip_invalid_rows=True)
for _ in range(2):
    client.insert_rows_json("chamadas.t", [{"id": 2, "s": "b"}], row_ids=["k"])
results["inserted"] = rows("SELECT id, COUNT(*) FROM chamadas.t GROUP BY id ORDER BY id")

# Loads.
days = [datetime.date(2024, 1, 1), datetime.date(2024, 1, 2)]
frame = pandas.DataFrame({"id": [10, 11], "s": ["x", None], "d": days})
results["frame"] = client.load_table_from_dataframe(frame, "chamadas.t").result().output_rows
fresh = pandas.DataFrame({"a": [1.5], "c": [pandas.Timestamp("2024-01-01", tz="UTC")], "l": [[1, 2]]})
client.load_table_from_dataframe(fresh, "chamadas.nova").result()
results["frame_schema"] = [(f.name, f.field_type, f.mode) for f in client.get_table("chamadas.nova").schema]
client.load_table_from_json([{"x": 1, "y": {"z": "a"}, "w": [1, 2]}], "chamadas.auto").result()
results["json_schema"] = [(f.name, f.field_type, f.mode) for f in client.get_table("chamadas.auto").schema]
csv = LoadJobConfig(source_format="CSV", skip_leading_rows=1)
results["file"] = (
    client.load_table_from_file(io.BytesIO(b"id,s,d\n30,z,2024-03-01\n"), "chamadas.t", job_config=csv)
    .result()
    .output_rows
)
schema = client.get_table("chamadas.t").schema
one_day = "chamadas.t$20240101"


def load_day(values, disposition):
    config = LoadJobConfig(write_disposition=disposition, schema=schema)
    return client.load_table_from_json(values, one_day, job_config=config).result().output_rows


load_day([{"id": 99, "s": "p", "d": "2024-01-01"}], "WRITE_TRUNCATE")
load_day([{"id": 98, "s": "p", "d": "2024-01-01"}], "WRITE_APPEND")
results["partition"] = sorted(row.id for row in client.list_rows(client.get_table(one_day)))
results["other_days"] = rows("SELECT id FROM chamadas.t WHERE d != '2024-01-01' OR d IS NULL ORDER BY id")
results["wrong_day"] = failure(lambda: load_day([{"id": 97, "d": "2024-01-05"}], "WRITE_APPEND"))
results["full_day"] = failure(lambda: load_day([{"id": 97, "d": "2024-01-01"}], "WRITE_EMPTY"))
results["no_day"] = failure(lambda: client.get_table("chamadas.nova$x"))
client.copy_table(one_day, "chamadas.dia").result()
results["copied_day"] = client.get_table("chamadas.dia").num_rows
more = LoadJobConfig(
    write_disposition="WRITE_APPEND",
    schema_update_options=["ALLOW_FIELD_ADDITION", "ALLOW_FIELD_RELAXATION"],
    schema=[SchemaField("x", "INT64"), SchemaField("mais", "STRING")],
)
client.query_and_wait("CREATE TABLE chamadas.cresce (x INT64 NOT NULL)")
client.load_table_from_json([{"mais": "m"}], "chamadas.cresce", job_config=more).result()
results["more_columns"] = [(f.name, f.mode) for f in client.get_table("chamadas.cresce").schema]
results["more_rows"] = rows("SELECT * FROM chamadas.cresce")
full = LoadJobConfig(write_disposition="WRITE_EMPTY")
results["not_empty"] = failure(
    lambda: client.load_table_from_json([{"id": 1}], "chamadas.t", job_config=full).result()
)

# Extracts, and back.
files = {}
for form, compression in (("CSV", "NONE"), ("NEWLINE_DELIMITED_JSON", "GZIP"), ("PARQUET", "SNAPPY")):
    extract = ExtractJobConfig(destination_format=form, compression=compression)
    files[form] = (
        client.extract_table("chamadas.t", f"gs://rio/extratos/{form}-*", job_config=extract)
        .result()
        .destination_uri_file_counts
    )
results["extract"] = files
avro = ExtractJobConfig(destination_format="AVRO")
results["avro"] = failure(lambda: client.extract_table("chamadas.t", "gs://rio/a.avro", job_config=avro).result())
for form in ("CSV", "PARQUET"):
    config = LoadJobConfig(source_format=form, autodetect=form == "CSV")
    client.load_table_from_uri(f"gs://rio/extratos/{form}-*", f"chamadas.volta_{form}", job_config=config).result()
results["back"] = rows(
    "SELECT (SELECT COUNT(*) FROM (SELECT * FROM chamadas.volta_PARQUET EXCEPT DISTINCT SELECT * FROM chamadas.t)),"
    " (SELECT COUNT(*) FROM chamadas.volta_CSV)"
)

# What a table is told to be.
table = client.get_table("chamadas.t")
table.description, table.labels = "descrita", {"equipe": "dados"}
client.update_table(table, ["description", "labels"])
table = client.get_table("chamadas.t")
table.labels = {"equipe": None, "outra": "b"}
table.schema = [*table.schema, SchemaField("nova", "STRING", description="mais uma")]
table = client.update_table(table, ["labels", "schema"])
results["updated"] = [table.description, table.labels, [(f.name, f.description) for f in table.schema]]
table.schema = table.schema[1:]
results["fewer_columns"] = failure(lambda: client.update_table(table, ["schema"]))

# Jobs.
job = client.query("SELECT 1", job_config=QueryJobConfig(priority="BATCH", labels={"a": "b"}), location="US")
job.result()
results["job"] = [job.priority, job.labels, job.statement_type, job.cache_hit in (True, False)]
results["destination"] = [client.get_table(job.destination).num_rows, len(list(client.list_rows(job.destination)))]
dml = client.query("UPDATE chamadas.t SET s = 'u' WHERE id IN (98, 99)")
dml.result()
results["dml"] = [dml.num_dml_affected_rows, dml.destination.table_id]
ddl = client.query("CREATE OR REPLACE TABLE chamadas.feita AS SELECT 1 AS x")
ddl.result()
results["ddl"] = [ddl.statement_type, ddl.ddl_operation_performed, ddl.ddl_target_table.table_id]
again = client.query("SELECT 1", job_id="o-mesmo", job_retry=None)
again.result()
results["duplicate"] = failure(lambda: client.query("SELECT 2", job_id="o-mesmo", job_retry=None).result())
first = client.list_jobs(max_results=2, page_size=1)
results["jobs"] = len({one.job_id for one in first})
pages = client.list_tables("chamadas", page_size=2).pages
results["tables"] = [[one.table_id for one in page] for page in pages]


def error_of(sql):
    try:
        client.query_and_wait(sql)
    except Exception as error:  # noqa: BLE001: any exception is a result here
        return [error.code, error.errors[0]["reason"], error.errors[0].get("location"), "[1:" in error.message]
    return None


results["errors"] = {sql: error_of(sql) for sql in ("SELECT 1 +", "SELECT x", "SELECT * FROM chamadas.nada", "SELECT * FROM outro.d.t")}
results["models"] = failure(lambda: list(client.list_models("chamadas")))
client.delete_dataset("chamadas", delete_contents=True)
tell(results)
