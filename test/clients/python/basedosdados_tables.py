"""What a city does with basedosdados: argument is the folder of its configuration. Prints its results as JSON."""

import http.server
import json
import os
import sys
import threading
from pathlib import Path

import basedosdados
import requests
from basedosdados.backend import Backend
from basedosdados.constants import config

FOLDER = Path(sys.argv[1])
ORIGIN = os.environ["STORAGE_EMULATOR_HOST"]
config.project_config_path = str(FOLDER)
config.verbose = False
config.billing_project_id = "rio"
config.from_file = True


class Catalogue(http.server.BaseHTTPRequestHandler):
    """The catalogue of Base dos Dados, knowing nothing of our tables."""

    def do_POST(self):  # noqa: N802: the name is the library's
        body = b'{"data": {}}'
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


catalogue = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Catalogue)
threading.Thread(target=catalogue.serve_forever, daemon=True).start()


def failure(call):
    try:
        call()
    except BaseException as error:  # noqa: BLE001: any exception is a result here
        return type(error).__name__
    return None


def rows(sql):
    return basedosdados.read_sql(sql).to_dict("records")


def table_of(name):
    made = basedosdados.Table("saude", name)
    made._backend = Backend(graphql_url=f"http://localhost:{catalogue.server_port}/graphql")
    return made


data = FOLDER / "dados" / "unidade"
for year, name, row in ((2025, "a", "1,São Cristóvão"), (2026, "b", "2,Méier")):
    (data / f"ano={year}").mkdir(parents=True, exist_ok=True)
    (data / f"ano={year}" / f"{name}.csv").write_text(f"id,nome\n{row}\n", encoding="utf-8")
more = FOLDER / "c.csv"
more.write_text("id,nome\n3,Centro\n", encoding="utf-8")

results = {}
table = table_of("unidade")
storage = basedosdados.Storage("saude", "unidade")
STAGING = "SELECT * FROM `rio.saude_staging.unidade` ORDER BY id"

table.create(path=data, if_dataset_exists="pass", dataset_is_public=False)
results["created"] = rows(STAGING)
found = table._get_table_obj("staging")
results["staging"] = [found.table_type, [field.name for field in found.schema], found.description]
results["again"] = failure(
    lambda: table.create(path=data, if_dataset_exists="pass", if_storage_data_exists="pass", dataset_is_public=False)
)
table.append(more, partitions={"ano": 2026})
results["appended"] = rows(STAGING)
table.publish(if_exists="replace")
results["published"] = rows("SELECT id, nome, ano FROM `rio.saude.unidade` ORDER BY id")
results["kind"] = table._get_table_obj("prod").table_type
results["read_table"] = len(basedosdados.read_table("saude", "unidade", query_project_id="rio"))


def names(bucket="rio", of="unidade"):
    prefix = f"staging/saude/{of}/"
    blobs = storage.client["storage_staging"].bucket(bucket).list_blobs(prefix=prefix)
    return [blob.name[len(prefix):] for blob in blobs]


results["files"] = names()
results["conflict"] = failure(lambda: storage.upload(data, mode="staging", if_exists="raise"))
storage.upload(data, mode="staging", if_exists="pass")
down = FOLDER / "baixado"
storage.download(savepath=down, mode="staging")
base = down / "staging" / "saude" / "unidade"
results["downloaded"] = sorted(str(path.relative_to(base)) for path in base.rglob("*.csv"))
results["content"] = (base / "ano=2025" / "a.csv").read_text(encoding="utf-8")
storage.copy_table(source_bucket_name="rio", destination_bucket_name="outro", mode="staging")
results["copied"] = len(names("outro"))
storage.copy_table(source_bucket_name="rio", mode="staging", new_table_id="copia")
results["copied_other"] = len(names(of="copia"))
storage.delete_file("a.csv", mode="staging", partitions="ano=2025")
results["file_deleted"] = len(names())
results["staging_closed"] = [
    requests.get(f"{ORIGIN}/storage/v1/b/rio/o").status_code,
    requests.get(f"{ORIGIN}/bigquery/v2/projects/rio/datasets/saude_staging/tables/unidade/data").status_code,
]
storage.delete_table(mode="staging")
results["deleted_files"] = len(names())
results["not_found"] = failure(lambda: storage.delete_table(mode="staging"))
results["exists"] = [table.table_exists("staging"), table.table_exists("prod")]
table.delete(mode="all")
results["deleted"] = [table.table_exists("staging"), table.table_exists("prod")]
dataset = basedosdados.Dataset("saude")
dataset.delete(mode="all")
results["dataset_deleted"] = [dataset.exists(mode="staging"), dataset.exists(mode="prod")]
print(json.dumps(results, default=str))
