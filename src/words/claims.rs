//! Need against have: what a token must say, and what it says. Decoded to explain, never trusted.

use jiff::Timestamp;

use crate::words::text::UntrustedText;
use crate::words::token::Claims;

/// What a token must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The audience: an address, or the application ID of the API.
    pub audience: String,
    /// The application ID under which the same API may be named.
    pub audience_id: &'static str,
    /// The directory.
    pub tenant: String,
    /// The application.
    pub application: String,
    /// Whether a person must be signed in.
    pub person: bool,
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Its name in the token.
    pub claim: &'static str,
    /// What is needed.
    pub need: String,
    /// What is there; `None` when the token does not say.
    pub have: Option<String>,
    /// Whether that is enough; `None` when it cannot be told.
    pub good: Option<bool>,
}

/// Every claim that matters.
pub fn compare(claims: &Claims, need: &Need, now: Timestamp) -> Vec<Compared> {
    let text = |value: &Option<UntrustedText>| value.as_ref().map(UntrustedText::to_string);
    let plain = |text: &str| text.trim_end_matches('/').to_lowercase();
    let same = |have: &Option<String>, need: &str| have.as_ref().map(|h| plain(h) == plain(need));
    let row = |claim, need: &str, have: &Option<UntrustedText>, or: &str| {
        let have = text(have);
        let good = same(&have, need).map(|good| good || same(&have, or) == Some(true));
        Compared { claim, need: need.to_owned(), have, good }
    };
    let mut all = vec![
        row("aud", &need.audience, &claims.audience, need.audience_id),
        row("tid", &need.tenant, &claims.tenant, &need.tenant),
        row("appid", &need.application, &claims.application, &need.application),
    ];
    if need.person {
        all.extend(persons(claims));
    }
    all.push(expiry(claims, now));
    all
}

fn persons(claims: &Claims) -> [Compared; 2] {
    let joined = |values: &[UntrustedText]| {
        let words: Vec<&str> = values.iter().map(UntrustedText::as_str).collect();
        words.join(" ")
    };
    let have = (!claims.scopes.is_empty()).then(|| joined(&claims.scopes));
    let scopes = Compared {
        claim: "scp",
        need: "user_impersonation".to_owned(),
        good: claims.readable.then(|| claims.is_delegated()),
        have,
    };
    let methods = Compared {
        claim: "amr",
        need: "mfa".to_owned(),
        good: claims.shows_mfa(),
        have: claims.methods.as_deref().map(joined),
    };
    [scopes, methods]
}

fn expiry(claims: &Claims, now: Timestamp) -> Compared {
    Compared {
        claim: "exp",
        need: "later than now".to_owned(),
        have: claims.expires.map(|at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()),
        good: claims.expires.map(|at| at > now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need() -> Need {
        Need {
            audience: "https://api.partnercenter.microsoft.com".to_owned(),
            audience_id: crate::words::apis::PARTNER_CENTER.id,
            tenant: "t".to_owned(),
            application: "a".to_owned(),
            person: true,
        }
    }

    fn good() -> Claims {
        Claims {
            readable: true,
            audience: UntrustedText::some("https://api.partnercenter.microsoft.com/"),
            tenant: UntrustedText::some("T"),
            application: UntrustedText::some("a"),
            scopes: vec![UntrustedText::new("user_impersonation")],
            methods: Some(vec![UntrustedText::new("mfa")]),
            expires: Some(Timestamp::MAX),
            ..Claims::default()
        }
    }

    fn bad(claims: &Claims) -> Vec<&'static str> {
        compare(claims, &need(), Timestamp::UNIX_EPOCH)
            .into_iter()
            .filter(|one| one.good == Some(false))
            .map(|one| one.claim)
            .collect()
    }

    #[test]
    fn a_good_token_lacks_nothing_and_each_lack_is_named_alone() {
        assert!(bad(&good()).is_empty());
        let other = || UntrustedText::some("other");
        let crafted = [
            ("aud", Claims { audience: other(), ..good() }),
            ("tid", Claims { tenant: other(), ..good() }),
            ("appid", Claims { application: other(), ..good() }),
            ("scp", Claims { scopes: Vec::new(), ..good() }),
            ("amr", Claims { methods: Some(vec![UntrustedText::new("pwd")]), ..good() }),
            ("exp", Claims { expires: Some(Timestamp::UNIX_EPOCH), ..good() }),
        ];
        for (claim, claims) in crafted {
            assert_eq!(bad(&claims), [claim]);
        }
        let to_the_letter = vec![UntrustedText::new("https://api.partnercenter.microsoft.com/.default")];
        assert!(bad(&Claims { scopes: to_the_letter, ..good() }).is_empty());
        let by_id = Claims { audience: UntrustedText::some("FA3D9A0C-3fb0-42cc-9193-47c7ecd2edbd"), ..good() };
        assert!(bad(&by_id).is_empty());
    }

    #[test]
    fn what_a_token_does_not_say_is_not_called_wrong() {
        let silent = compare(&Claims::default(), &need(), Timestamp::UNIX_EPOCH);
        assert!(silent.iter().all(|one| one.good.is_none() && one.have.is_none()));
    }
}
