"""Arguments of every script here: the server's origin and a service account's key file. Prints its results as JSON."""

import json
import sys

from google.oauth2 import service_account

ORIGIN, KEY_FILE = sys.argv[1:3]
OPTIONS = {"api_endpoint": ORIGIN}
CREDENTIALS = service_account.Credentials.from_service_account_file(
    KEY_FILE, scopes=["https://www.googleapis.com/auth/cloud-platform"]
)


def failure(call):
    """Name of the exception that a call ends with."""
    try:
        call()
    except Exception as error:  # noqa: BLE001: any exception is a result here
        return type(error).__name__
    return None


def tell(results):
    print(json.dumps(results, default=str))
