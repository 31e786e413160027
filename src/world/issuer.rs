//! Who signed the certificate that is not trusted here: the name of the box that inspects this network's traffic.
//!
//! A second connection is made for it, which never carries a request: its verifier writes the issuer down and refuses, so
//! no handshake of it is ever completed.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::words::UntrustedText;

/// How long the look may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The common name (or organization) of the issuer of the certificate at `url`, asked for through `proxy` (host and port) if
/// there is one.
pub async fn look(url: &Url, proxy: Option<&str>) -> Option<UntrustedText> {
    tokio::time::timeout(PATIENCE, handshake(url, proxy)).await.ok()?
}

async fn handshake(url: &Url, proxy: Option<&str>) -> Option<UntrustedText> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let bare = host.trim_matches(['[', ']']);
    let stream = match proxy {
        Some(proxy) => tunnel(proxy, host, port).await?,
        None => TcpStream::connect((bare, port)).await.ok()?,
    };
    let witness = Arc::new(Witness::default());
    let verifier: Arc<dyn ServerCertVerifier> = Arc::<Witness>::clone(&witness);
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let name = ServerName::try_from(bare.to_owned()).ok()?;
    drop(TlsConnector::from(Arc::new(config)).connect(name, stream).await);
    witness.issuer.get()?.clone()
}

/// Asks a proxy for a tunnel (RFC 9110, section 9.3.6), without user name: one that wants it tells us nothing.
async fn tunnel(proxy: &str, host: &str, port: u16) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(proxy).await.ok()?;
    let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 8_192 {
        head.push(stream.read_u8().await.ok()?);
    }
    head.starts_with(b"HTTP/1.").then(|| head.get(9..12) == Some(b"200"))?.then_some(stream)
}

/// A verifier that trusts nobody and remembers who signed.
#[derive(Debug, Default)]
struct Witness {
    issuer: OnceLock<Option<UntrustedText>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let _first = self.issuer.set(issuer_of(end_entity));
        Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::InvalidCertificate(CertificateError::BadSignature))
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::InvalidCertificate(CertificateError::BadSignature))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// Object identifiers of a name's parts (X.520): common name and organization.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];

/// The issuer's name in a certificate (RFC 5280, section 4.1): the fourth member of the signed part, or the third when the
/// version is left out.
fn issuer_of(certificate: &[u8]) -> Option<UntrustedText> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut signed, _) = element(certificate)?;
    let (tag, _, after) = element(signed)?;
    if tag == 0xa0 {
        signed = after;
    }
    let (_serial, _, after) = element(signed)?;
    let (_algorithm, _, after) = element(after)?;
    let (_, name, _) = element(after)?;
    part(name, COMMON_NAME).or_else(|| part(name, ORGANIZATION))
}

fn part(mut name: &[u8], wanted: &[u8]) -> Option<UntrustedText> {
    while let Some((_, mut set, rest)) = element(name) {
        name = rest;
        while let Some((_, pair, more)) = element(set) {
            set = more;
            let Some((_, kind, after)) = element(pair) else {
                continue;
            };
            if kind == wanted {
                let (_, text, _) = element(after)?;
                return UntrustedText::some(&String::from_utf8_lossy(text));
            }
        }
    }
    None
}

/// One element of DER: its tag, its content, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rubbish_has_no_issuer() {
        let nested = [0x30, 0x82, 0xff, 0xff, 0x30];
        for end in 0..nested.len() {
            assert_eq!(issuer_of(nested.get(..end).unwrap()), None);
        }
        assert_eq!(issuer_of(&[0x30, 0x03, 0x30, 0x01, 0x02]), None);
        assert_eq!(element(&[0x04, 0x02, 1, 2, 9]), Some((4, &[1, 2][..], &[9][..])));
    }
}
