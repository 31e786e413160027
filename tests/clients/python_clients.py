"""MSAL for Python and azure-identity against the simulator: every flow that the program uses, and refusals."""

import importlib.metadata
import json
import logging
import os
import sys
import tempfile
from urllib.parse import parse_qs, urlencode, urlsplit

import msal
from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    ClientAuthenticationError, HttpResponseError, ResourceExistsError, ResourceNotFoundError)
from azure.identity import (
    AuthorizationCodeCredential, ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential)
from azure.keyvault.secrets import SecretClient
from browser import sign_in

with open(sys.argv[1], encoding="utf-8") as line:
    cloud = json.load(line)

CA = cloud["ca_file"]
PARTNER_CENTER = cloud["partner_center_audience"]
PARTNER_API = cloud["partner_api_audience"]
REDIRECT = "http://localhost:8400"
CLAIMS = json.dumps({"access_token": {"nbf": {"essential": True, "value": "1"}}})


def check(what, holds, found=None):
    """Says what holds, and ends with what was found where it does not."""
    if not holds:
        raise SystemExit(f"not so: {what}\n{found}")
    print(f"ok: {what}")


def has_token(answer):
    return answer.get("access_token", "").count(".") == 2


def with_msal():
    def application(secret):
        return msal.ConfidentialClientApplication(
            cloud["client_id"], authority=cloud["authority"], client_credential=secret, verify=CA,
            instance_discovery=False)

    app = application(cloud["client_secret"])
    answer = app.acquire_token_for_client([f"{PARTNER_CENTER}/.default"])
    check("msal: client credentials", has_token(answer), answer)

    answer = application("wrong").acquire_token_for_client([f"{PARTNER_CENTER}/.default"])
    check("msal: a wrong secret is AADSTS7000215", answer.get("error_codes") == [7000215], answer)

    scopes = [f"{PARTNER_CENTER}/.default"]
    flow = app.initiate_auth_code_flow(scopes, redirect_uri=REDIRECT, response_mode="query")
    check("msal: the address has a challenge", "code_challenge=" in flow["auth_uri"], flow)
    back = {name: values[0] for name, values in parse_qs(urlsplit(sign_in(flow["auth_uri"], CA)).query).items()}
    answer = app.acquire_token_by_auth_code_flow(flow, back)
    check("msal: authorization code with PKCE", has_token(answer), answer)
    check("msal: the ID token is that of the user", answer["id_token_claims"]["preferred_username"] == cloud["user"], answer)
    again = app.acquire_token_by_auth_code_flow(flow, back)
    check("msal: a code counts once", again.get("error") == "invalid_grant", again)

    account, = app.get_accounts()
    for scope in [PARTNER_CENTER, PARTNER_API]:
        answer = app.acquire_token_silent_with_error([f"{scope}/.default"], account, force_refresh=True)
        check(f"msal: refresh for {scope}", has_token(answer or {}), answer)
    tokens = app.token_cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN)
    answer = app.acquire_token_by_refresh_token(next(iter(tokens))["secret"], [f"{PARTNER_API}/.default"])
    check("msal: the refresh token as it is", has_token(answer), answer)


def with_azure_identity():
    usual = {
        "tenant_id": cloud["tenant_id"], "client_id": cloud["client_id"], "authority": cloud["login"],
        "disable_instance_discovery": True, "connection_verify": CA,
    }
    credential = ClientSecretCredential(client_secret=cloud["client_secret"], **usual)
    token = credential.get_token(f"{PARTNER_CENTER}/.default")
    check("azure-identity: client credentials", token.token.count(".") == 2)

    try:
        ClientSecretCredential(client_secret="wrong", **usual).get_token(f"{PARTNER_CENTER}/.default")
        refusal = ""
    except ClientAuthenticationError as error:
        refusal = str(error)
    check("azure-identity: a wrong secret is AADSTS7000215", "AADSTS7000215" in refusal, refusal)

    query = urlencode({
        "client_id": cloud["client_id"], "response_type": "code", "redirect_uri": REDIRECT, "response_mode": "query",
        "scope": f"{PARTNER_CENTER}/.default offline_access openid profile", "state": "s",
    })
    back = sign_in(f"{cloud['authority']}/oauth2/v2.0/authorize?{query}", CA)
    code = parse_qs(urlsplit(back).query)["code"][0]
    credential = AuthorizationCodeCredential(
        authorization_code=code, redirect_uri=REDIRECT, client_secret=cloud["client_secret"], **usual)
    token = credential.get_token(f"{PARTNER_CENTER}/.default")
    check("azure-identity: authorization code", token.token.count(".") == 2)
    # Of another API it keeps no refresh token, and with claims it does not take the access token that it has.
    token = credential.get_token(f"{PARTNER_CENTER}/.default", claims=CLAIMS)
    check("azure-identity: refresh", token.token.count(".") == 2)


def refusal_of(kind, call):
    """What a call is refused with: the code, and the one inside of it."""
    try:
        call()
    except kind as error:
        inner = getattr(error.error, "innererror", None) or {}
        return error.error.code, inner.get("code"), error.status_code
    return None


def with_key_vault():
    usual = {
        "tenant_id": cloud["tenant_id"], "client_id": cloud["client_id"], "authority": cloud["login"],
        "disable_instance_discovery": True, "connection_verify": CA,
    }

    def vault(credential):
        return SecretClient(
            cloud["key_vault"], credential, verify_challenge_resource=False, connection_verify=CA, retry_total=0)

    client = vault(ClientSecretCredential(client_secret=cloud["client_secret"], **usual))
    made = client.set_secret("one", "first", tags={"who": "test"}, content_type="text/plain")
    check("key vault: set", (made.name, made.value, made.properties.tags) == ("one", "first", {"who": "test"}), made)
    again = client.set_secret("ONE", "second")
    check("key vault: large and small letters are one name", client.get_secret("one").value == "second")
    check("key vault: an older version", client.get_secret("one", made.properties.version).value == "first")
    versions = {version.version for version in client.list_properties_of_secret_versions("one")}
    check("key vault: the versions", versions == {made.properties.version, again.properties.version}, versions)
    for number in range(30):
        client.set_secret(f"many-{number}", str(number))
    names = [found.name for found in client.list_properties_of_secrets(max_page_size=7)]
    check("key vault: pages", len(names) == 31 and len(set(names)) == 31, names)

    missing = refusal_of(ResourceNotFoundError, lambda: client.get_secret("none"))
    check("key vault: no such secret", missing == ("SecretNotFound", None, 404), missing)
    long = refusal_of(HttpResponseError, lambda: client.set_secret("long", "x" * 25_601))
    check("key vault: a value that is too long", long == ("BadParameter", None, 400), long)
    client.update_secret_properties("one", enabled=False)
    disabled = refusal_of(HttpResponseError, lambda: client.get_secret("one"))
    check("key vault: a disabled version", disabled == ("Forbidden", "SecretDisabled", 403), disabled)

    # The result is there at once; that the name is gone has to be waited for.
    deletion = client.begin_delete_secret("one")
    gone = deletion.result()
    deletion.wait()
    check("key vault: deleted, and until when", gone.scheduled_purge_date > gone.deleted_date, gone)
    check("key vault: the list of what is deleted", [one.name for one in client.list_deleted_secrets()] == ["one"])
    taken = refusal_of(ResourceExistsError, lambda: client.set_secret("one", "third"))
    check("key vault: a deleted name is taken", taken == ("Conflict", "ObjectIsDeletedButRecoverable", 409), taken)
    client.begin_recover_deleted_secret("one").wait()
    client.update_secret_properties("one", enabled=True)
    check("key vault: recovered", client.get_secret("one").value == "second")
    client.begin_delete_secret("one").wait()
    client.purge_deleted_secret("one")
    purged = refusal_of(ResourceExistsError, lambda: client.set_secret("one", "third"))
    check("key vault: a name that is being purged", purged == ("Conflict", "ObjectIsBeingPurged", 409), purged)
    client.set_secret("one", "third")
    check("key vault: a purged name is free", client.get_secret("one").value == "third")

    app = msal.ConfidentialClientApplication(
        cloud["client_id"], authority=cloud["authority"], client_credential=cloud["client_secret"], verify=CA,
        instance_discovery=False)
    class Other:
        def get_token(self, *scopes, **more):
            token = app.acquire_token_for_client([f"{PARTNER_CENTER}/.default"])
            return AccessToken(token["access_token"], 2_000_000_000)
    other = refusal_of(ClientAuthenticationError, lambda: vault(Other()).get_secret("one"))
    check("key vault: a token of another API", other[0] == "Unauthorized" and other[2] == 401, other)

    reader, = cloud["members"]
    usual["client_id"] = reader["client_id"]
    client = vault(ClientSecretCredential(client_secret=reader["client_secret"], **usual))
    check("key vault: a reader reads", client.get_secret("one").value == "third")
    denied = refusal_of(HttpResponseError, lambda: client.set_secret("one", "fourth"))
    check("key vault: and no more", denied == ("Forbidden", "ForbiddenByRbac", 403), denied)

    # As a pod, and as a virtual machine and a web app, which ask a server on the machine itself.
    usual["client_id"] = cloud["client_id"]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(cloud["federated_token"])
        file.flush()
        client = vault(WorkloadIdentityCredential(token_file_path=file.name, **usual))
        check("key vault: workload identity", client.get_secret("one").value == "third")
    os.environ |= {"IDENTITY_ENDPOINT": cloud["key_vault"] + "/msi/token", "IDENTITY_HEADER": cloud["identity_header"]}
    client = vault(ManagedIdentityCredential(connection_verify=CA))
    check("key vault: the managed identity of App Service", client.get_secret("one").value == "third")


# The refusals that are wanted are no news.
logging.disable()
for name in ["msal", "azure-identity", "azure-keyvault-secrets"]:
    print(f"{name} {importlib.metadata.version(name)}")
with_msal()
with_azure_identity()
with_key_vault()
