//! The hand-over to Octo of a registration that is active: sign in, look what is there, register the payer account, hand the
//! credentials over.
//!
//! Octo has one Azure payer account. Another one is never touched; the same one is changed only when it was registered from
//! here, or when the person asks for it. Before the payer account is written the intention is noted, so that after a lost
//! answer an account that is there is known to be ours. What Octo has taken is noted call by call: a repeat sends the rest.

use futures_util::future::join;

use crate::journal::{AttemptId, Fact, Handover, ItemName, Kind, Registration};
use crate::steps::port::{Ask, Checked, Halted, Line, Port, Slot, mismatch};
use crate::words::{
    Cause, CheckId as C, ClientId, Credentials, Failure, FoundPayer, Mismatch, MpnId, OctoAccess, OctoCall, OctoClient,
    Part, Payer, Service, TenantId, UntrustedText,
};

/// What is handed over, and with which API client.
#[derive(Debug)]
pub(super) struct Submission {
    client: OctoClient,
    /// Whether a payer account that Octo has from elsewhere is changed too.
    replace: bool,
    attempt: AttemptId,
    tenant: TenantId,
    application: ClientId,
    item: ItemName,
    mpn: Option<MpnId>,
    credentials: Slot<Credentials>,
    access: Slot<OctoAccess>,
    payers: Slot<Vec<FoundPayer>>,
}

impl Submission {
    /// Of the active set. With `replace`, this payer account is changed even where Octo has it from elsewhere; another payer
    /// account never is. `None` when nothing is active.
    pub(super) fn new(registration: &Registration, client: OctoClient, replace: bool) -> Option<Self> {
        let active = registration.active.as_ref()?;
        let (center, _) = active.partner_center.as_ref()?;
        let (api, _) = active.partner_api.as_ref()?;
        Some(Self {
            client,
            replace,
            attempt: active.id,
            tenant: center.tenant.clone(),
            application: center.application.clone(),
            item: active.item(Kind::PartnerCenterSecret)?.clone(),
            mpn: api.mpn.clone(),
            credentials: Slot::default(),
            access: Slot::default(),
            payers: Slot::default(),
        })
    }

    pub(super) async fn hand_over(&self, port: &Port) -> Result<(), Halted> {
        let credentials = port.find(C::OctoSecret, &self.credentials, async |ask| {
            let (tenant, application) = (self.tenant.clone(), self.application.clone());
            let secret = ask.recall(self.item.clone()).await?;
            Ok((Credentials { tenant, application, secret }, Line::Pass(String::new())))
        });
        let credentials = credentials.await?;
        let access = port.find(C::OctoSignIn, &self.access, async |ask| self.sign_in(&ask).await);
        let access = access.await?;
        let payers = port.find(C::OctoAccounts, &self.payers, async |ask| accounts(&ask, &access).await);
        let payers = payers.await?;
        port.check(C::OctoPayer, async |ask| self.payer(port, &ask, &access, &payers).await).await?;
        let (given, mpn) = join(
            port.check(C::OctoCredentials, async |ask| self.credentials(port, &ask, &access, &credentials).await),
            port.check(C::OctoMpn, async |ask| self.mpn(port, &ask, &access).await),
        )
        .await;
        given.and(mpn)
    }

    async fn sign_in(&self, ask: &Ask) -> Checked<OctoAccess> {
        let token = ask.octo_sign_in(self.client.clone()).await?;
        let ring = self.client.ring;
        let line = format!("credentials {}", self.client.source);
        Ok((OctoAccess { ring, token }, Line::Pass(line)))
    }

    /// What the journal knows of this account in this Octo.
    fn handover(&self, port: &Port) -> Option<Handover> {
        let octo = port.registration().octo;
        octo.filter(|octo| octo.host == self.client.host && octo.target == self.tenant)
    }

    async fn payer(&self, port: &Port, ask: &Ask, access: &OctoAccess, payers: &[FoundPayer]) -> Checked<()> {
        let target = self.tenant.as_str();
        let is_ours = |found: &&FoundPayer| found.target.as_str().eq_ignore_ascii_case(target);
        if let Some(other) = payers.iter().find(|found| !is_ours(found)) {
            let detail = format!("{}, {}", named(other), other.target);
            return Err(mismatch(Mismatch::OctoOtherPayer, &detail));
        }
        let ours = payers.iter().find(is_ours);
        let (known, name) = (self.handover(port), port.registration().name);
        if let Some(found) = ours.filter(|_| !self.replace) {
            match known {
                None => return Err(mismatch(Mismatch::OctoSamePayer, named(found))),
                // The name may have been changed in Octo since: only a name that was changed here is sent.
                Some(Handover { payer: Some((given, _)), .. }) if given == name => {
                    return Ok(((), Line::Pass(format!("{target}, as before"))));
                }
                Some(_) => {}
            }
        }
        let anew = ours.is_none();
        let intention = Fact::Submitting { host: self.client.host.clone(), target: self.tenant.clone(), anew };
        ask.note(intention).await?;
        let payer = Payer { target: self.tenant.clone(), name: name.clone() };
        let call = if anew { OctoCall::Register } else { OctoCall::Update };
        if let Err(failure) = ask.octo_takes(call(access.clone(), payer)).await {
            if anew && is_refused(&failure) {
                let _the_refusal_counts = ask.note(Fact::NotSubmitted).await;
            }
            return Err(failure);
        }
        self.note_taken(ask, Part::Payer, name).await?;
        Ok(((), Line::Pass(target.to_owned())))
    }

    async fn credentials(&self, port: &Port, ask: &Ask, access: &OctoAccess, credentials: &Credentials) -> Checked<()> {
        if self.is_given(self.handover(port).and_then(|octo| octo.credentials)) {
            return Ok(((), Line::Pass("as before".to_owned())));
        }
        ask.octo_takes(OctoCall::Credentials(access.clone(), credentials.clone())).await?;
        self.note_taken(ask, Part::Credentials, None).await?;
        Ok(((), Line::Pass("taken".to_owned())))
    }

    async fn mpn(&self, port: &Port, ask: &Ask, access: &OctoAccess) -> Checked<()> {
        let Some(mpn) = self.mpn.clone() else {
            let line = "Partner Center named none: type it in Octo".to_owned();
            return Ok(((), Line::Note(line)));
        };
        if self.is_given(self.handover(port).and_then(|octo| octo.mpn)) {
            return Ok(((), Line::Pass(format!("{mpn}, as before"))));
        }
        ask.octo_takes(OctoCall::Mpn(access.clone(), mpn.clone())).await?;
        self.note_taken(ask, Part::Mpn, None).await?;
        Ok(((), Line::Pass(mpn.to_string())))
    }

    /// Whether what Octo was given is of the set that is handed over, and need not be sent again.
    fn is_given(&self, given: Option<(AttemptId, jiff::Timestamp)>) -> bool {
        !self.replace && given.is_some_and(|(attempt, _)| attempt == self.attempt)
    }

    async fn note_taken(
        &self,
        ask: &Ask,
        part: Part,
        name: Option<crate::words::AccountName>,
    ) -> Result<(), Box<Failure>> {
        let attempt = self.attempt;
        ask.note(Fact::Submitted { part, attempt, name }).await
    }
}

async fn accounts(ask: &Ask, access: &OctoAccess) -> Checked<Vec<FoundPayer>> {
    let payers = ask.octo_payers(access.clone()).await?;
    let line = match payers.len() {
        0 => "no Azure payer account yet".to_owned(),
        1 => "one Azure payer account".to_owned(),
        more => format!("{more} Azure payer accounts"),
    };
    Ok((payers, Line::Pass(line)))
}

/// Whether a failure leaves no doubt that the payer account was not registered: the service itself said no. Then an account
/// that is there the next time is not ours.
fn is_refused(failure: &Failure) -> bool {
    let said_no = matches!(failure.status, Some(400..=407 | 409..=499));
    failure.service == Service::Octo && failure.cause == Cause::Refused && said_no
}

fn named(payer: &FoundPayer) -> &str {
    payer.name.as_ref().map_or("(no name)", UntrustedText::as_str)
}

#[cfg(test)]
mod tests;
