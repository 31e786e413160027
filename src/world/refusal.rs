//! A reply that is no success, as a failure: what its body or its challenge says, with the status, the ids and the pause of its head.

use crate::microsoft::Said;
use crate::words::{Failure, Service, UntrustedText};
use crate::world::clock;
use crate::world::reply::{Reply, retry_after};

/// The failure that `reply` is.
pub fn refused(service: Service, reply: &Reply) -> Box<Failure> {
    failure(Said::read(&reply.body), service, reply)
}

/// The same, for what was read of the body already.
pub fn failure(said: Said, service: Service, reply: &Reply) -> Box<Failure> {
    let said = match reply.header("www-authenticate") {
        Some(header) if said == Said::default() => Said::from_challenge(header.as_str()),
        _ => said,
    };
    let now = clock::now();
    let said = said.failure(service);
    let given = || reply.header("ms-correlationid").or_else(|| reply.header("client-request-id"));
    Box::new(Failure {
        status: Some(reply.status),
        correlation_id: said.correlation_id.clone().or_else(given),
        request_id: request_id(reply).or_else(|| said.request_id.clone()),
        retry_after: retry_after(&reply.headers, now),
        at: Some(now),
        ..said
    })
}

/// What a service calls this call.
pub fn request_id(reply: &Reply) -> Option<UntrustedText> {
    ["ms-requestid", "request-id", "x-ms-request-id"].iter().find_map(|name| reply.header(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::AuthorizationResponse;
    use crate::steps::pasted::Pasted;
    use crate::words::Secret;
    use crate::world::callback::listener;

    /// The listener and the person who pastes bring the same address.
    #[test]
    fn one_refusal_on_the_redirect_is_one_failure_at_both_doors() {
        let id = "3939d04c-d7ba-42bf-9cb7-1e5854cdce9e";
        for (told, codes) in [
            ("error=access_denied&error_description=AADSTS65004%3a+Declined.", vec![65_004]),
            ("error=access_denied&error_description=aadsts65004%3a+Declined.", vec![65_004]),
            ("error=access_denied&error_description=AADSTS+65004%3a+Declined.", vec![65_004]),
            ("error=access_denied&suberror=cancel", vec![]),
            ("error=access_denied&error_subcode=cancel&suberror=other", vec![]),
            (&format!("error=x&error_description=AADSTS50105%3a+No.%0d%0atrace+id%3a+{id}"), vec![50_105]),
        ] {
            let query = format!("{told}&state=7f3c");
            let state = Secret::new("7f3c".to_owned());
            let Some(AuthorizationResponse::Error(caught)) = listener::answer(&query, &state) else {
                panic!("{query}: not caught")
            };
            let Pasted::Refused { failure, .. } = Pasted::read(&format!("http://localhost/?{query}")) else {
                panic!("{query}: not read")
            };
            assert_eq!(Failure { at: None, ..*caught }, *failure, "{query}");
            assert_eq!(failure.codes, codes, "{query}");
        }
    }
}
