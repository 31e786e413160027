// @azure/msal-node against the simulator: every flow that the program uses, and a refusal.

const { execFileSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const msal = require("@azure/msal-node");

const cloud = JSON.parse(readFileSync(process.argv[2], "utf8"));
const center = [`${cloud.partner_center_audience}/.default`];
const prices = [`${cloud.partner_api_audience}/.default`];
const redirectUri = "http://localhost:8400";

function check(what, holds, found) {
  if (!holds) {
    console.error(`not so: msal-node: ${what}\n`, found);
    process.exit(1);
  }
  console.log(`ok: msal-node: ${what}`);
}

function application(clientSecret) {
  return new msal.ConfidentialClientApplication({
    auth: {
      clientId: cloud.client_id,
      authority: cloud.authority,
      clientSecret,
      knownAuthorities: [new URL(cloud.login).host],
    },
  });
}

const hasToken = (answer) => answer?.accessToken?.split(".").length === 3;

async function main() {
  console.log(`msal-node ${msal.version}`);
  const app = application(cloud.client_secret);
  let answer = await app.acquireTokenByClientCredential({ scopes: center });
  check("client credentials", hasToken(answer), answer);

  const refusal = await application("wrong").acquireTokenByClientCredential({ scopes: center }).catch((error) => error);
  check("a wrong secret is AADSTS7000215", `${refusal.errorMessage}`.includes("AADSTS7000215"), refusal);

  const { verifier, challenge } = await new msal.CryptoProvider().generatePkceCodes();
  const scopes = [...center, "offline_access"];
  const address = await app.getAuthCodeUrl({
    scopes, redirectUri, codeChallenge: challenge, codeChallengeMethod: "S256", responseMode: "query", state: "s",
  });
  const [command, ...rest] = process.env.SIGN_IN.split(" ");
  const back = new URL(execFileSync(command, [...rest, address, cloud.ca_file], { encoding: "utf8" }).trim());
  const code = back.searchParams.get("code");
  answer = await app.acquireTokenByCode({ code, scopes, redirectUri, codeVerifier: verifier });
  check("authorization code with PKCE", hasToken(answer), answer);
  check("the account is the user", answer.account.username === cloud.user, answer.account);
  const again = await app.acquireTokenByCode({ code, scopes, redirectUri, codeVerifier: verifier }).catch((error) => error);
  check("a code counts once", again.errorCode === "invalid_grant", again);

  answer = await app.acquireTokenSilent({ account: answer.account, scopes: center, forceRefresh: true });
  check("refresh for the same API", hasToken(answer), answer);
  answer = await app.acquireTokenSilent({ account: answer.account, scopes: prices, forceRefresh: true });
  check("refresh for the other API", hasToken(answer), answer);
  const kept = Object.values(JSON.parse(app.getTokenCache().serialize()).RefreshToken)[0].secret;
  answer = await app.acquireTokenByRefreshToken({ refreshToken: kept, scopes: prices });
  check("the refresh token as it is", hasToken(answer), answer);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
