//! Who is trusted, and what a failed handshake means.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{AlertDescription, CertificateError, ClientConfig, Error as Tls, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::words::TlsFault;

/// The certificates of a file, if there are any and all of them can be read.
pub fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    found.ok().filter(|found| !found.is_empty())
}

/// Trusts the system's certificates beside these, or these alone: what the HTTP client would make of the same options, and can be had
/// once for several.
pub fn trust(extra: Vec<CertificateDer<'static>>, only_extra: bool) -> Result<ClientConfig, Tls> {
    let provider = Arc::new(default_provider());
    let versions = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    if only_extra {
        let mut roots = RootCertStore::empty();
        for certificate in extra {
            roots.add(certificate)?;
        }
        return Ok(versions.with_root_certificates(roots).with_no_client_auth());
    }
    let verifier = Arc::new(Verifier::new_with_extra_roots(extra, provider)?);
    Ok(versions.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// The kind of a TLS failure.
#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list that grows")]
pub fn fault(error: &Tls) -> TlsFault {
    match error {
        Tls::InvalidCertificate(certificate) => certificate_fault(certificate),
        Tls::InvalidMessage(_)
        | Tls::InappropriateMessage { .. }
        | Tls::InappropriateHandshakeMessage { .. }
        | Tls::PeerIncompatible(_)
        | Tls::PeerMisbehaved(_)
        | Tls::PeerSentOversizedRecord
        | Tls::NoApplicationProtocol
        | Tls::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity
            | AlertDescription::UnexpectedMessage
            | AlertDescription::DecodeError,
        ) => TlsFault::Protocol,
        Tls::General(text) if text.contains("No CA certificates") => TlsFault::NoRoots,
        _ => TlsFault::Other,
    }
}

/// What is wrong, for a person: days and not seconds, and whose certificate it is stands beside it.
#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list that grows")]
pub fn words(error: &Tls) -> String {
    let day = |time: &UnixTime| {
        let seconds = i64::try_from(time.as_secs()).ok()?;
        let at = Timestamp::from_second(seconds).ok()?;
        Some(at.strftime("%Y-%m-%d").to_string())
    };
    let told = match error {
        Tls::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }) => {
            day(not_after).map(|day| format!("certificate ended on {day}"))
        }
        Tls::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. }) => {
            day(not_before).map(|day| format!("certificate begins on {day}"))
        }
        _ => None,
    };
    told.unwrap_or_else(|| {
        let words = error.to_string();
        let bare = words.strip_prefix("invalid peer certificate: ");
        bare.map_or_else(|| words.clone(), str::to_owned)
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list that grows")]
fn certificate_fault(error: &CertificateError) -> TlsFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsFault::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => TlsFault::WrongName,
        CertificateError::Revoked => TlsFault::Revoked,
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFault::UnknownIssuer,
        // A self-signed certificate of an intercepting box arrives here as `CaUsedAsEndEntity`.
        other if other.to_string().contains("CaUsedAsEndEntity") => TlsFault::UnknownIssuer,
        _ => TlsFault::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_told_as_a_day() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let ended = CertificateError::ExpiredContext { time: at(1_795_378_765), not_after: at(1_738_368_000) };
        let begins = CertificateError::NotValidYetContext { time: at(1_795_378_765), not_before: at(2_274_825_600) };
        for (error, told) in [
            (ended, "certificate ended on 2025-02-01"),
            (begins, "certificate begins on 2042-02-01"),
            (CertificateError::BadEncoding, "BadEncoding"),
        ] {
            assert_eq!(words(&Tls::InvalidCertificate(error)), told);
        }
    }

    #[test]
    fn each_kind_has_its_name() {
        for (error, expected) in [
            (CertificateError::Expired, TlsFault::Expired),
            (CertificateError::NotValidYet, TlsFault::NotYetValid),
            (CertificateError::NotValidForName, TlsFault::WrongName),
            (CertificateError::Revoked, TlsFault::Revoked),
            (CertificateError::UnknownIssuer, TlsFault::UnknownIssuer),
            (CertificateError::BadEncoding, TlsFault::Other),
        ] {
            assert_eq!(fault(&Tls::InvalidCertificate(error)), expected);
        }
        assert_eq!(fault(&Tls::AlertReceived(AlertDescription::ProtocolVersion)), TlsFault::Protocol);
        assert_eq!(
            fault(&Tls::General("No CA certificates were loaded from the system".to_owned())),
            TlsFault::NoRoots
        );
    }
}
