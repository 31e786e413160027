"""MSAL for Python and azure-identity against the simulator: every flow that the program uses, and refusals."""

import importlib.metadata
import json
import logging
import sys
from urllib.parse import parse_qs, urlencode, urlsplit

import msal
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AuthorizationCodeCredential, ClientSecretCredential
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


# The refusals that are wanted are no news.
logging.disable()
for name in ["msal", "azure-identity"]:
    print(f"{name} {importlib.metadata.version(name)}")
with_msal()
with_azure_identity()
