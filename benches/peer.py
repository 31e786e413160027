"""What a script in Python does for a token: MSAL, by client credentials, from nothing. Arguments: the files of the cloud and of the secret."""

import json
import sys

import msal

with open(sys.argv[1], encoding="utf-8") as file:
    cloud = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    secret = file.read()
authority = f"{cloud['login']}/{cloud['tenant_id']}"
app = msal.ConfidentialClientApplication(
    cloud["client_id"], authority=authority, client_credential=secret, verify=cloud["ca_file"], instance_discovery=False)
answer = app.acquire_token_for_client([f"{cloud['partner_center_audience']}/.default"])
sys.exit(0 if "access_token" in answer else f"no token: {answer}")
