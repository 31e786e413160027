//! One sign-in from its address to its answer: `state`, PKCE, the listener, and what must be kept to go on after a crash.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::effect::{AuthorizationRequest, AuthorizationResponse, CallbackPage, CodeAudience, NotCatching, SignIn};
use crate::words::{
    Cause, ClientId, Failure, RedirectAddress, Secret, Service, SharedSecret, TenantId, UntrustedText, VaultFault,
};
use crate::world::callback::listener::{Errand, Listener, LoopbackListeners};
use crate::world::callback::peers::Peers;
use crate::world::entra::{Page, new_state_and_verifier};
use crate::world::http::Services;

/// The port of an http address that names none.
const HTTP: u16 = 80;

/// A sign-in that waits for a person.
pub struct SignInSession {
    listener: Option<Listener>,
    catching: bool,
}

/// What is kept until the code is redeemed, as JSON in the vault.
#[derive(Serialize, Deserialize)]
struct SignInState<'k> {
    state: Cow<'k, str>,
    verifier: Option<Cow<'k, str>>,
    redirect: RedirectAddress,
    tenant: TenantId,
    application: ClientId,
    /// What Microsoft wants it to meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claims: Option<UntrustedText>,
}

impl SignInSession {
    /// Makes `state` and, when the code will be redeemed here, PKCE values; listens on both doors of this machine, and builds the
    /// sign-in address.
    pub async fn open(services: Services<'_>, sign_in: &SignIn) -> Result<(Self, AuthorizationRequest), Box<Failure>> {
        let (state, verifier) = new_state_and_verifier();
        let ours = sign_in.redeemer == CodeAudience::Ourselves;
        let verifier = Some(verifier).filter(|_| ours);
        Self::begin(services, sign_in.clone(), (state, verifier)).await
    }

    /// Listens again for a sign-in that was begun before: same `state`, same verifier, same address to the letter.
    pub async fn reopen(
        services: Services<'_>,
        sign_in_state: &Secret,
    ) -> Result<(Self, AuthorizationRequest), Box<Failure>> {
        let Ok(kept) = serde_json::from_str::<SignInState<'_>>(sign_in_state.reveal()) else {
            let cause = Cause::Vault(VaultFault::ReadsDifferently);
            let failure = Failure::new(Service::Keyring, cause);
            return Err(Box::new(failure.with_detail("the sign-in that was begun")));
        };
        let SignInState { state, verifier, redirect, tenant, application, claims } = kept;
        let redeemer = if verifier.is_some() { CodeAudience::Ourselves } else { CodeAudience::Another };
        let sign_in = SignIn { tenant, application, redirect, claims, redeemer };
        let secret = |text: Cow<'_, str>| Secret::shared(text.into_owned());
        Self::begin(services, sign_in, (secret(state), verifier.map(secret))).await
    }

    /// Waits for the browser to come back. Cancel-safe; asking again gives the same answer. Without a listener for the answer
    /// this waits for ever, because the answer is pasted.
    pub async fn arrival(&self) -> AuthorizationResponse {
        match &self.listener {
            Some(listener) if self.catching => listener.arrival().await,
            _ => std::future::pending().await,
        }
    }

    /// Tells the page that waits how it ended, and stops listening.
    pub async fn tell(self, verdict: CallbackPage) {
        if let Some(listener) = self.listener {
            listener.tell(verdict).await;
        }
    }

    async fn begin(
        services: Services<'_>,
        mut sign_in: SignIn,
        (state, verifier): (SharedSecret, Option<SharedSecret>),
    ) -> Result<(Self, AuthorizationRequest), Box<Failure>> {
        let place = sign_in.redirect.loopback();
        // Whoever redeems the code must name the redirect address as it was sent, and only we know which port we were given.
        let ours = sign_in.redeemer == CodeAudience::Ourselves;
        let fixed = (!ours).then_some(HTTP);
        let caught = match &place {
            Some(place) => LoopbackListeners::open(place.port.or(fixed)).await,
            None => Err(NotCatching::Elsewhere),
        };
        let catching = caught.as_ref().map(|_| ()).map_err(|why| *why);
        // Where the answer must be pasted there is still the one-time page, so that no argument of a process carries `state`.
        let doors = match caught {
            Ok(doors) => {
                if ours {
                    sign_in.redirect = sign_in.redirect.with_port(doors.port());
                }
                Some(doors)
            }
            Err(_) => LoopbackListeners::open(None).await.ok(),
        };
        let address =
            services.authorize_address(&Page { sign_in: &sign_in, state: &state, verifier: verifier.as_deref() })?;
        let callback = match (&catching, place) {
            (Ok(()), Some(place)) => Some((place.path, SharedSecret::clone(&state))),
            _ => None,
        };
        let (listener, one_time) = match doors {
            Some(doors) => listen(doors, callback, &address)?,
            None => (None, None),
        };
        let sign_in_state = sign_in_state(&sign_in, &state, verifier.as_deref())?;
        let session = Self { listener, catching: catching.is_ok() };
        let consent = AuthorizationRequest {
            address,
            one_time,
            redirect: sign_in.redirect,
            state,
            verifier,
            catching,
            sign_in_state,
        };
        Ok((session, consent))
    }
}

type Listening = (Option<Listener>, Option<Url>);

fn listen(
    doors: LoopbackListeners,
    callback: Option<(String, SharedSecret)>,
    address: &Url,
) -> Result<Listening, Box<Failure>> {
    let token = one_time_token()?;
    let one_time = Url::parse(&format!("http://127.0.0.1:{}/start/{}", doors.port(), token.reveal()));
    let (Ok(one_time), Ok(address)) = (one_time, HeaderValue::from_str(address.as_str())) else {
        return Ok((None, None));
    };
    let errand = Errand { callback, token, address };
    Ok((Some(Listener::start(doors, errand, Peers::here())), Some(one_time)))
}

/// 128 bits from the operating system.
fn one_time_token() -> Result<Secret, Box<Failure>> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_unshown| internal("random source"))?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

fn sign_in_state(sign_in: &SignIn, state: &Secret, verifier: Option<&Secret>) -> Result<SharedSecret, Box<Failure>> {
    serde_json::to_string(&SignInState {
        state: state.reveal().into(),
        verifier: verifier.map(|verifier| verifier.reveal().into()),
        redirect: sign_in.redirect.clone(),
        tenant: sign_in.tenant.clone(),
        application: sign_in.application.clone(),
        claims: sign_in.claims.clone(),
    })
    .map(Secret::shared)
    .map_err(|_unshown| internal("the sign-in to keep"))
}

fn internal(detail: &str) -> Box<Failure> {
    Box::new(Failure::new(Service::Machine, Cause::Internal).with_detail(detail))
}
