//! The key that signs tokens, the page that publishes it, and the check of a token that comes back.

use std::sync::LazyLock;
use std::thread;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{chance, without_nulls};

/// The RSA key of the directory. Making it takes a fifth of a second, which nobody is to wait for before the first page: it is made
/// beside that, once in a process, and whoever needs it first may have to wait. Where none can be made no token is believed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key(&'static LazyLock<Option<Pair>>);

static PAIR: LazyLock<Option<Pair>> = LazyLock::new(Pair::generate);

/// What the key is made of, with the certificate Entra publishes beside it.
#[derive(Debug)]
struct Pair {
    both: KeyPair,
    id: String,
    certificate: Vec<u8>,
}

impl Key {
    /// Begins to make it. Where no thread can be started it is made when it is needed.
    pub(super) fn begin() -> Self {
        drop(thread::Builder::new().name("signing key".to_owned()).spawn(|| PAIR.is_some()));
        Self(&PAIR)
    }

    /// Signs claims as a JWT.
    pub(super) fn sign(self, claims: &Value) -> String {
        self.0.as_ref().map(|pair| pair.sign(claims)).unwrap_or_default()
    }

    /// Returns the claims of a token that this key signed.
    pub(super) fn verify(self, token: &str) -> Option<Value> {
        self.0.as_ref()?.verify(token)
    }

    /// Returns the key set a metadata document points to.
    pub(super) fn published(self, issuer: Option<&str>) -> Value {
        let keys: Vec<Value> = self.0.iter().map(|pair| pair.published(issuer)).collect();
        json!({ "keys": keys })
    }
}

impl Pair {
    fn sign(&self, claims: &Value) -> String {
        let header = json!({"typ": "JWT", "alg": "RS256", "x5t": self.id, "kid": self.id});
        let text = format!("{}.{}", encoded(&header), encoded(claims));
        let mut signature = vec![0; self.both.public_modulus_len()];
        let signed = self.both.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature);
        if signed.is_err() {
            signature.clear();
        }
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn verify(&self, token: &str) -> Option<Value> {
        let (text, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.both.public_key().as_ref())
            .verify(text.as_bytes(), &signature)
            .ok()?;
        let (_, claims) = text.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    fn published(&self, issuer: Option<&str>) -> Value {
        let public = self.both.public_key();
        without_nulls(json!({
            "kty": "RSA", "use": "sig", "kid": self.id, "x5t": self.id,
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
            "x5c": [STANDARD.encode(&self.certificate)], "issuer": issuer,
        }))
    }

    fn generate() -> Option<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
        let pkcs8 = pair.as_der().ok().map(|der: Pkcs8V1Der<'_>| der.as_ref().to_vec())?;
        let signer = rcgen::KeyPair::try_from(pkcs8).ok()?;
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "octo-csp simulator signing key");
        let certificate = params.self_signed(&signer).ok()?.der().to_vec();
        let id = URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate));
        Some(Self { both: pair, id, certificate })
    }
}

/// A JWT of another issuer. Nobody here has the key that it says it was signed with: it is known as a whole.
pub(super) fn signed_elsewhere(claims: &Value) -> String {
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": chance::word(20)});
    format!("{}.{}.{}", encoded(&header), encoded(claims), chance::word(256))
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_believed_only_as_it_was_signed() {
        let key = Key::begin();
        let token = key.sign(&json!({"aud": "a"}));
        assert_eq!(key.verify(&token), Some(json!({"aud": "a"})));
        let mut parts = token.split('.');
        let (head, _, tail) = (parts.next().unwrap(), parts.next(), parts.next().unwrap());
        let forged = format!("{head}.{}.{tail}", encoded(&json!({"aud": "b"})));
        assert_eq!(key.verify(&forged), None);
        assert_eq!(key.verify("not a token"), None);
    }
}
