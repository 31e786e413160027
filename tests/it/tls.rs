//! Broken certificates and broken handshakes, each refused with its own words.

use std::sync::Arc;

use octo_csp::words::{Cause, Directory, Failure, TlsFault};
use octo_csp::world::http::{Http, HttpOptions, Services};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::faults::{Raw, Script, answer, cloud_at};

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server that shows one certificate; its port.
async fn server(issuer: &CertifiedIssuer<'static, KeyPair>, name: &str, years: (i32, i32)) -> u16 {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    let certificate = params.signed_by(&key, issuer).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut request = [0_u8; 4096];
                let _read = stream.read(&mut request).await;
                let body = b"{\"token_endpoint\":\"https://x/8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204/token\"}";
                let _sent = stream.write_all(&answer("200 OK", "", body)).await;
                let _closed = stream.shutdown().await;
            });
        }
    });
    port
}

async fn discover(port: u16, extra_ca: Option<String>) -> Result<(), Box<Failure>> {
    let http = Http::new(&HttpOptions { extra_ca: extra_ca.map(String::into_bytes), ..HttpOptions::default() })?;
    let cloud = cloud_at(&format!("https://localhost:{port}"));
    Services { http: &http, cloud: &cloud }.discover(&Directory::parse("contoso.com").unwrap().value).await.map(|_| ())
}

#[tokio::test]
async fn each_broken_certificate_has_its_words() {
    let ours = authority("Contoso inspection CA");
    for (name, years, trusted, expected) in [
        ("localhost", (2020, 2100), true, None),
        ("localhost", (2020, 2100), false, Some(TlsFault::UnknownIssuer)),
        ("localhost", (2000, 2001), true, Some(TlsFault::Expired)),
        ("localhost", (2099, 2100), true, Some(TlsFault::NotYetValid)),
        ("contoso.example", (2020, 2100), true, Some(TlsFault::WrongName)),
    ] {
        let port = server(&ours, name, years).await;
        let result = discover(port, trusted.then(|| ours.pem())).await;
        let fault = result.as_ref().err().map(|failure| failure.cause);
        assert_eq!(fault, expected.map(Cause::Tls), "{name} {years:?} {result:?}");
    }
}

#[tokio::test]
async fn an_issuer_that_is_not_trusted_is_named() {
    let theirs = authority("Contoso inspection CA");
    let port = server(&theirs, "localhost", (2020, 2100)).await;
    let failure = discover(port, None).await.unwrap_err();
    let detail = failure.detail.unwrap();
    assert!(detail.as_str().contains("Contoso inspection CA"), "{detail}");
}

#[tokio::test]
async fn what_does_not_speak_tls_is_refused() {
    for (script, expected) in
        [(Script::Say(answer("200 OK", "", b"{}")), Cause::Tls(TlsFault::Protocol)), (Script::Slam, Cause::Broken)]
    {
        let server = Raw::start_without_reading(script).await;
        let failure = discover(server.port, None).await.unwrap_err();
        assert_eq!(failure.cause, expected);
    }
}

#[test]
fn a_ca_file_without_certificates_is_refused() {
    for rubbish in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let http = Http::new(&HttpOptions { extra_ca: Some(rubbish.as_bytes().to_vec()), ..HttpOptions::default() });
        // What is no certificate inside its armour is found out when the client is built.
        assert!(http.is_err() || rubbish.starts_with("-----"), "{rubbish}");
    }
}
