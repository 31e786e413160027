//! What a failed handshake means, and who signed the certificate that was not trusted.

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error as Tls};

use crate::words::TlsFault;

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
