//! The key that signs tokens, the page that publishes it, and the check of a token that comes back.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::without_nulls;

/// An RSA key of the directory, with the certificate Entra publishes beside it.
#[derive(Debug)]
pub(super) struct Key {
    pair: KeyPair,
    id: String,
    certificate: Vec<u8>,
}

impl Key {
    /// Returns the process' key. Making one takes a moment, so every simulator of a process has the same.
    pub(super) fn shared() -> Option<&'static Self> {
        static KEY: LazyLock<Option<Key>> = LazyLock::new(Key::generate);
        KEY.as_ref()
    }

    /// Signs claims as a JWT.
    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({"typ": "JWT", "alg": "RS256", "x5t": self.id, "kid": self.id});
        let text = format!("{}.{}", encoded(&header), encoded(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed = self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature);
        if signed.is_err() {
            signature.clear();
        }
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Returns the claims of a token that this key signed.
    pub(super) fn verify(&self, token: &str) -> Option<Value> {
        let (text, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key().as_ref())
            .verify(text.as_bytes(), &signature)
            .ok()?;
        let (_, claims) = text.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// Returns the key set a metadata document points to.
    pub(super) fn published(&self, issuer: Option<&str>) -> Value {
        let public = self.pair.public_key();
        let key = json!({
            "kty": "RSA", "use": "sig", "kid": self.id, "x5t": self.id,
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
            "x5c": [STANDARD.encode(&self.certificate)], "issuer": issuer,
        });
        json!({"keys": [without_nulls(key)]})
    }

    fn generate() -> Option<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
        let pkcs8 = pair.as_der().ok().map(|der: Pkcs8V1Der<'_>| der.as_ref().to_vec())?;
        let signer = rcgen::KeyPair::try_from(pkcs8).ok()?;
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "octo-csp simulator signing key");
        let certificate = params.self_signed(&signer).ok()?.der().to_vec();
        let id = URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate));
        Some(Self { pair, id, certificate })
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_believed_only_as_it_was_signed() {
        let key = Key::shared().unwrap();
        let token = key.sign(&json!({"aud": "a"}));
        assert_eq!(key.verify(&token), Some(json!({"aud": "a"})));
        let mut parts = token.split('.');
        let (head, _, tail) = (parts.next().unwrap(), parts.next(), parts.next().unwrap());
        let forged = format!("{head}.{}.{tail}", encoded(&json!({"aud": "b"})));
        assert_eq!(key.verify(&forged), None);
        assert_eq!(key.verify("not a token"), None);
    }
}
