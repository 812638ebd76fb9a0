import os
import tempfile

import requests
from connect import CREDENTIALS, OPTIONS, ORIGIN, failure, tell
from google.cloud import storage
from google.cloud.storage import transfer_manager

client = storage.Client(project="rio", credentials=CREDENTIALS, client_options=OPTIONS)
bucket = client.create_bucket("balde-python")
results = {}

# Buckets
results["conflict"] = failure(lambda: client.create_bucket("balde-python"))
results["lookup"] = [client.lookup_bucket("balde-python").name, client.lookup_bucket("balde-nenhum")]
bucket.labels = {"equipe": "dados"}
bucket.add_lifecycle_delete_rule(age=30, matches_prefix=["tmp/"])
bucket.patch()
bucket.reload()
results["bucket"] = [bucket.labels, list(bucket.lifecycle_rules)]
results["buckets"] = "balde-python" in [each.name for each in client.list_buckets()]

# Contents: in one request, in pieces of known and of unknown total
blob = bucket.blob("pasta/São Cristóvão #1?.txt")
blob.metadata = {"origem": "1746"}
blob.upload_from_string("conteúdo", content_type="text/plain; charset=utf-8")
blob.reload()
results["blob"] = [blob.name, blob.size, blob.content_type, blob.metadata, blob.metageneration]
results["text"] = blob.download_as_text()
results["range"] = blob.download_as_bytes(start=0, end=3).decode()
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "grande.bin")
    content = bytes(range(256)) * 8192
    with open(path, "wb") as file:
        file.write(content)
    big = bucket.blob("grande.bin", chunk_size=256 * 1024)
    big.upload_from_filename(path)
    # The client compares the checksum with the server's.
    big.download_to_filename(path, checksum="crc32c")
    with open(path, "rb") as file:
        results["big"] = file.read() == content
    # Parts at once, by the XML API
    content = os.urandom(11 * 1024 * 1024)
    with open(path, "wb") as file:
        file.write(content)
    parts = bucket.blob("pasta/São & partes #1?.bin")
    parts.metadata = {"origem": "1746"}
    transfer_manager.upload_chunks_concurrently(
        path, parts, chunk_size=5 * 1024 * 1024, worker_type=transfer_manager.THREAD
    )
    parts.reload()
    results["parts"] = [parts.metadata, parts.download_as_bytes() == content]
with bucket.blob("fluxo.txt").open("w", chunk_size=256 * 1024) as stream:
    for number in range(100_000):
        stream.write(f"{number}\n")
with bucket.blob("fluxo.txt").open("r") as stream:
    results["stream"] = sum(int(line) for line in stream)

# Conditions
results["exists"] = failure(lambda: blob.upload_from_string("x", if_generation_match=0))
results["changed"] = failure(lambda: blob.download_as_bytes(if_generation_match=1))
results["missing"] = failure(lambda: bucket.blob("nada").download_as_bytes())

# Metadata, copies, compositions
blob.metadata = {"origem": None, "ano": "2026"}
blob.cache_control = "no-cache"
blob.patch()
results["patched"] = [blob.metadata, blob.cache_control, blob.metageneration]
copy = bucket.copy_blob(blob, bucket, "copia.txt")
results["copy"] = [copy.metadata, copy.download_as_text()]
results["rewrite"] = list(bucket.blob("reescrita.txt").rewrite(blob))
whole = bucket.blob("todo.txt")
whole.compose([copy, copy])
results["compose"] = whole.download_as_text()

# Listings
for name in ["lista/a/1", "lista/a/2", "lista/b"]:
    bucket.blob(name).upload_from_string(name)
page = client.list_blobs(bucket, prefix="lista/", delimiter="/", fields="items(name),prefixes,nextPageToken")
results["list"] = [[each.name for each in page], sorted(page.prefixes)]
results["pages"] = [len(list(each)) for each in client.list_blobs(bucket, prefix="lista/", page_size=2).pages]
results["glob"] = [each.name for each in client.list_blobs(bucket, match_glob="lista/**/[12]")]

# Batches
with client.batch():
    for name in ["lista/a/1", "lista/a/2"]:
        bucket.blob(name).delete()
results["batch"] = [each.name for each in client.list_blobs(bucket, prefix="lista/")]


def missing_in_batch():
    with client.batch():
        bucket.blob("nada").delete()


results["batch_error"] = failure(missing_in_batch)

# Versions
bucket.versioning_enabled = True
bucket.patch()
for text in ["um", "dois"]:
    bucket.blob("versao.txt").upload_from_string(text)
versions = [each.generation for each in client.list_blobs(bucket, prefix="versao", versions=True)]
results["versions"] = [
    bucket.blob("versao.txt", generation=generation).download_as_text() for generation in versions
]

# Signed URLs and permissions
signed = bucket.blob("assinado/ação (1).txt")
put = signed.generate_signed_url(version="v4", expiration=60, method="PUT", api_access_endpoint=ORIGIN)
get = signed.generate_signed_url(version="v4", expiration=60, api_access_endpoint=ORIGIN)
results["signed"] = [requests.put(put, data="assinado").status_code, requests.get(get).text]
results["signed_other"] = requests.delete(get).status_code
policy = bucket.get_iam_policy(requested_policy_version=3)
policy.bindings.append({"role": "roles/storage.objectViewer", "members": {"allUsers"}})
bucket.set_iam_policy(policy)
results["public"] = requests.get(f"{ORIGIN}/balde-python/copia.txt").text
results["permissions"] = bucket.test_iam_permissions(["storage.objects.get", "storage.objects.fly"])
results["acl"] = failure(copy.make_public)
results["notification"] = failure(lambda: bucket.notification("topico").create())

# The end
results["not_empty"] = failure(bucket.delete)
bucket.versioning_enabled = False
bucket.patch()
for each in client.list_blobs(bucket, versions=True):
    each.delete()
bucket.delete()
results["gone"] = client.lookup_bucket("balde-python")
tell(results)
