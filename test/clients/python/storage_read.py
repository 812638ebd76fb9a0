"""BigQuery's Storage Read API by Google's own client, in plain text: what it reads, and whom it refuses."""
import json
import sys

import google.auth.transport.grpc
import google.auth.transport.requests
import grpc
import pyarrow
from google.api_core.exceptions import GoogleAPICallError
from google.cloud import bigquery
from google.cloud.bigquery_storage import BigQueryReadClient, types
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport
from google.oauth2 import service_account

origin, address, folder = sys.argv[1:]


def clients(role):
    credentials = service_account.Credentials.from_service_account_file(f"{folder}/{role}.json")
    scoped = credentials.with_scopes(["https://www.googleapis.com/auth/bigquery"])
    plugin = google.auth.transport.grpc.AuthMetadataPlugin(scoped, google.auth.transport.requests.Request())
    channel = grpc.secure_channel(
        address,
        grpc.composite_channel_credentials(grpc.local_channel_credentials(), grpc.metadata_call_credentials(plugin)),
    )
    return (
        bigquery.Client(project="rio", credentials=credentials, client_options={"api_endpoint": origin}),
        BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel)),
    )


client, storage = clients("administrador")
out = {}


def error(work):
    try:
        return f"no error: {work()}"
    except grpc.RpcError as thrown:
        return thrown.code().name
    except GoogleAPICallError as thrown:
        return thrown.grpc_status_code.name


def session(table="projects/rio/datasets/leitura/tables/muitos", fmt=types.DataFormat.ARROW, streams=1, by=None, **options):
    wanted = types.ReadSession(table=table, data_format=fmt, read_options=types.ReadSession.TableReadOptions(**options))
    return (by or storage).create_read_session(parent="projects/rio", read_session=wanted, max_stream_count=streams)


def rows(stream, offset=0, by=None):
    """Rows as dictionaries, with how many there were in each message."""
    found, sizes = [], []
    schema = None
    for answer in (by or storage)._transport.read_rows(types.ReadRowsRequest(read_stream=stream, offset=offset)):
        if answer.arrow_schema.serialized_schema:
            schema = pyarrow.ipc.read_schema(pyarrow.py_buffer(answer.arrow_schema.serialized_schema))
        batch = pyarrow.ipc.read_record_batch(pyarrow.py_buffer(answer.arrow_record_batch.serialized_record_batch), schema)
        assert batch.num_rows == answer.row_count == answer.arrow_record_batch.row_count
        found += batch.to_pylist()
        sizes.append(batch.num_rows)
    return found, sizes


client.create_dataset("leitura")
client.query(
    """CREATE TABLE leitura.tipos AS SELECT id, CAST(id / 3 AS NUMERIC) AS n, CAST(id AS BIGNUMERIC) / -7 AS bn,
      IF(MOD(id, 3) = 0, NULL, CONCAT('uma frase que não cabe em doze bytes ', id)) AS s, b'\\x00\\xff' AS b,
      MOD(id, 2) = 0 AS ok, id * 1.5 AS f, DATE_ADD(DATE '1969-12-30', INTERVAL id DAY) AS dia,
      DATETIME '0001-01-02 03:04:05.678901' AS dt, TIME '03:04:05.678901' AS t,
      TIMESTAMP '1969-12-31 23:59:59.999999+00' AS ts, IF(id = 2, NULL, [id, id + 1]) AS lista,
      STRUCT(id AS a, [STRUCT('x' AS p, id AS q)] AS itens, IF(id > 2, NULL, 'z') AS z) AS st,
      IF(MOD(id, 2) = 0, NULL, STRUCT(1 AS u)) AS talvez, JSON '{"a":1}' AS js, ST_GEOGPOINT(-43.2, -22.9) AS g,
      INTERVAL 14 MONTH AS iv, RANGE<DATE> '[2024-01-01, UNBOUNDED)' AS r, CAST(NULL AS INT64) AS nada
    FROM UNNEST(GENERATE_ARRAY(1, 4)) AS id"""
).result()
arrow = client.list_rows("rio.leitura.tipos").to_arrow(bqstorage_client=storage)
out["schema"] = {field.name: str(field.type) for field in arrow.schema}
out["extensions"] = sorted(field.name for field in arrow.schema if field.metadata)
by_rest = sorted((dict(row) for row in client.list_rows("rio.leitura.tipos")), key=lambda row: row["id"])
by_arrow = sorted(arrow.to_pylist(), key=lambda row: row["id"])
plain = {"js": json.loads, "iv": lambda value: (value.months, value.days, value.nanoseconds)}
rest = {"iv": lambda value: (value.years * 12 + value.months, value.days, value.microseconds)}
out["differ"] = sorted(
    name
    for mine, theirs in zip(by_arrow, by_rest, strict=True)
    for name in mine
    if plain.get(name, lambda value: value)(mine[name]) != rest.get(name, lambda value: value)(theirs[name])
)

client.query(
    "CREATE TABLE leitura.muitos AS SELECT id, CONCAT('bairro ', id) AS nome, "
    "STRUCT(id AS cep, STRUCT(MOD(id, 10) AS zona, 'x' AS y) AS dentro) AS endereco, "
    "[STRUCT(id AS a, 'b' AS b)] AS itens FROM UNNEST(GENERATE_ARRAY(1, 100000)) AS id"
).result()
frame = client.list_rows("rio.leitura.muitos").to_dataframe(bqstorage_client=storage)
out["frame"] = [len(frame), int(frame.id.sum()), frame.id.is_unique]

job = client.query("SELECT id, TIMESTAMP_SECONDS(id) AS em FROM UNNEST(GENERATE_ARRAY(1, 50000)) AS id ORDER BY id DESC")
frame = job.result().to_dataframe(bqstorage_client=storage)
out["result"] = [len(frame), int(frame.id[0]), str(frame.em.iloc[-1])]
small = client.query("SELECT * FROM leitura.tipos ORDER BY id")
small.result()
kept = session(table=f"projects/rio/datasets/{small.destination.dataset_id}/tables/{small.destination.table_id}")
out["small"] = rows(kept.streams[0].name)[0] == by_arrow
out["restricted_result"] = [
    row["id"]
    for row in rows(
        session(
            table=f"projects/rio/datasets/{job.destination.dataset_id}/tables/{job.destination.table_id}",
            row_restriction="id > 49998 AND em IS NOT NULL",
            selected_fields=["id"],
        ).streams[0].name
    )[0]
]

chosen = session(selected_fields=["itens.b", "endereco.dentro.zona", "id"], row_restriction="id <= 2 OR nome = 'bairro 7'")
out["chosen"] = sorted(rows(chosen.streams[0].name)[0], key=lambda row: row["id"])
out["estimated"] = chosen.estimated_row_count

whole = session(selected_fields=["id"])
all_rows, sizes = rows(whole.streams[0].name)
out["whole"] = [len(whole.streams), len(all_rows), len(sizes) > 1]
for name, offset in {"boundary": sizes[0], "middle": sizes[0] + 5, "last": 99_999, "end": 100_000}.items():
    out[name] = rows(whole.streams[0].name, offset)[0] == all_rows[offset:]
out["behind"] = error(lambda: rows(whole.streams[0].name, 100_001))
parts = storage.split_read_stream(types.SplitReadStreamRequest(name=whole.streams[0].name, fraction=0.5))
out["split"] = rows(parts.primary_stream.name)[0] + rows(parts.remainder_stream.name)[0] == all_rows
several = session(streams=3)
out["several"] = [len(several.streams), len({row["id"] for one in several.streams for row in rows(one.name)[0]})]
out["empty"] = len(session(row_restriction="FALSE").streams)

out["avro"] = error(lambda: session(fmt=types.DataFormat.AVRO))
out["field"] = error(lambda: session(selected_fields=["ida"]))
out["condition"] = error(lambda: session(row_restriction="TRUE) UNION ALL SELECT * FROM leitura.muitos WHERE (TRUE"))
out["syntax"] = error(lambda: session(row_restriction="id >"))
out["missing"] = error(lambda: session(table="projects/rio/datasets/leitura/tables/nada"))
out["name"] = error(lambda: session(table="leitura.muitos"))
out["no_stream"] = error(lambda: rows("projects/rio/locations/us/sessions/x/streams/0"))

client.query(
    "CREATE ROW ACCESS POLICY zona ON leitura.muitos GRANT TO ('serviceAccount:%s') FILTER USING (id <= 5)"
    % json.load(open(f"{folder}/leitor.json"))["client_email"]
).result()
reader_client, reader = clients("leitor")
out["policy"] = sorted(row["id"] for row in rows(session(by=reader).streams[0].name, by=reader)[0])
out["others_stream"] = error(lambda: rows(whole.streams[0].name, by=reader))
table = f"projects/rio/datasets/{job.destination.dataset_id}/tables/{job.destination.table_id}"
out["others_result"] = error(lambda: session(table=table, by=reader))
stranger_client, stranger = clients("estranho")
out["stranger"] = error(lambda: session(by=stranger))
out["no_key"] = error(
    lambda: BigQueryReadClient(
        transport=BigQueryReadGrpcTransport(channel=grpc.insecure_channel(address))
    ).create_read_session(
        parent="projects/rio",
        read_session=types.ReadSession(
            table="projects/rio/datasets/leitura/tables/muitos", data_format=types.DataFormat.ARROW
        ),
    )
)
client.delete_dataset("leitura", delete_contents=True)
print(json.dumps(out))
