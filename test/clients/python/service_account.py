"""What the token endpoint says to Google's own library, by key file: a token that serves, or a refusal."""

import json
import sys

import google.auth.transport.requests
import requests
from google.oauth2 import service_account

origin, folder = sys.argv[1:]


def answer(name):
    credentials = service_account.Credentials.from_service_account_file(
        f"{folder}/{name}.json", scopes=["https://www.googleapis.com/auth/bigquery"]
    )
    session = google.auth.transport.requests.AuthorizedSession(credentials)
    try:
        return session.get(f"{origin}/bigquery/v2/projects/rio/datasets").status_code
    except Exception as error:  # noqa: BLE001: any exception is a result here
        return [type(error).__name__, error.args[1].get("error") if len(error.args) > 1 else None]


results = {name: answer(name) for name in ("boa", "de_outra_agencia", "vencida", "revogada", "trocada", "desativada")}
results["sem_chave"] = requests.get(f"{origin}/bigquery/v2/projects/rio/datasets").status_code
results["inventada"] = requests.get(
    f"{origin}/bigquery/v2/projects/rio/datasets", headers={"Authorization": "Bearer arcos_x"}
).status_code
print(json.dumps(results))
