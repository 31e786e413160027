//! Step 2, Partner Center Credentials: directory, secret, token, three reads side by side, and the secret is kept.

use futures_util::future::{join, join3};

use crate::effect::Tenant;
use crate::journal::{Attempt, Fact, Kind, PartnerCenterProof, Registration};
use crate::steps::commit::leftovers;
use crate::steps::port::{Ask, Checked, Halted, Line, Port, Slot, missing_item, passed};
use crate::steps::purpose::Purpose;
use crate::steps::tokens::{self, Tokens};
use crate::words::{
    Audience, CheckId as C, Credentials, Directory, Failure, Grant, LegalBusiness, PartnerCenterRequest, SharedSecret,
    Step, TenantId, UntrustedText,
};

/// How many attempts that were given up may wait for the next commit.
const MANY: usize = 4;

/// Step 2.
#[derive(Debug)]
pub(super) struct PartnerCenter {
    pub(super) request: PartnerCenterRequest,
    pub(super) purpose: Purpose,
    pub(super) found: Findings,
}

/// What step 2 has found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The secret that was proven, for the step after.
    pub(super) secret: Slot<SharedSecret>,
    pub(super) tokens: Tokens,
    tenant: Slot<Tenant>,
    app: Slot<Grant>,
    company: Slot<(Option<UntrustedText>, Option<UntrustedText>)>,
    balance: Slot<(Option<UntrustedText>, Option<UntrustedText>)>,
}

impl PartnerCenter {
    pub(super) async fn prove(&self, port: &Port) -> Result<(), Halted> {
        let secret = self.secret(port).await?;
        let credentials = |tenant: TenantId| {
            let application = self.request.application.clone();
            Credentials { tenant, application, secret: SharedSecret::clone(&secret) }
        };
        let (credentials, app) =
            if let (Purpose::Check, Directory::Tenant(proven)) = (self.purpose, &self.request.directory) {
                // It was proven before, so the secret does not wait for it.
                let credentials = credentials(proven.clone());
                let (tenant, app) = join(self.tenant(port), self.app(port, &credentials)).await;
                tenant?;
                (credentials, app?)
            } else {
                let credentials = credentials(self.tenant(port).await?.id);
                let app = self.app(port, &credentials).await?;
                (credentials, app)
            };
        port.check(C::AppClaims, async |_| Ok(((), tokens::app(&app.claims, &credentials)?))).await?;
        let (customers, company, balance) = join3(
            port.check(C::Customers, async |ask| customers(&ask, &app).await),
            port.find(C::Company, &self.found.company, async |ask| company(&ask, &app).await),
            port.find(C::Balance, &self.found.balance, async |ask| balance(&ask, &app).await),
        )
        .await;
        customers?;
        let ((company, country), (currency, balance_date)) = (company?, balance?);
        let proof = PartnerCenterProof {
            tenant: credentials.tenant,
            domain: if let Directory::Domain(domain) = &self.request.directory { Some(domain.clone()) } else { None },
            application: credentials.application,
            company,
            country,
            currency,
            balance_date,
            secret_ends: self.request.secret_ends,
            found: port.with(|board| board.lines()),
        };
        if self.purpose == Purpose::Register {
            port.check(C::KeepSecret, async |ask| self.keep(port, &ask, &proof, &secret).await).await?;
            self.found.secret.set(secret);
            return Ok(());
        }
        port.check(C::NoteCheck, async |ask| ask.note_check(Step::PartnerCenter).await).await
    }

    async fn tenant(&self, port: &Port) -> Result<Tenant, Halted> {
        let tenant = port.find(C::Tenant, &self.found.tenant, async |ask| {
            let tenant = ask.discover(self.request.directory.clone()).await?;
            let line = format!("{}{}", tenant.id, tenant.region_told());
            Ok((tenant, Line::Pass(line)))
        });
        tenant.await
    }

    async fn app(&self, port: &Port, credentials: &Credentials) -> Result<Grant, Halted> {
        let app = port.find(C::AppToken, &self.found.app, async |ask| {
            let grant = ask.app_token(credentials.clone()).await?;
            self.found.tokens.issued(Audience::PartnerCenter, false, &grant);
            Ok((grant, Line::Pass(String::new())))
        });
        app.await
    }

    /// What was typed, or what is kept: when it is proven again in the set in use, else in what the next step builds on.
    async fn secret(&self, port: &Port) -> Result<SharedSecret, Halted> {
        if let Some(typed) = &self.request.secret {
            return Ok(SharedSecret::clone(typed));
        }
        let secret = port.find(C::RecallSecret, &self.found.secret, async |ask| {
            let registration = port.registration();
            let kept =
                if self.purpose == Purpose::Register { registration.newest() } else { registration.active.as_ref() };
            let item = kept.and_then(|it| it.item(Kind::PartnerCenterSecret));
            let secret = ask.recall(item.ok_or_else(missing_item)?.clone()).await?;
            Ok((secret, Line::Pass(String::new())))
        });
        secret.await
    }

    /// `Began` if no attempt is open, the secret with its intention and completion, and what was proven. Where only the key of
    /// the same application changes, the sign-in that is kept goes along: it belongs to person and application, not to the key.
    async fn keep(&self, port: &Port, ask: &Ask, proof: &PartnerCenterProof, secret: &SharedSecret) -> Checked<()> {
        let registration = port.registration();
        let attempt = match of_another(&registration, proof) {
            Some(open) => ask.begin(registration.beginning(open.replacing.as_ref())).await?,
            None => ask.begin(registration.attempt_to_write()).await?,
        };
        if self.request.secret.is_some() || attempt.item(Kind::PartnerCenterSecret).is_none() {
            ask.keep(&attempt.next_item(Kind::PartnerCenterSecret), secret).await?;
        }
        let fact = Fact::PartnerCenterProven { attempt: attempt.id, proof: Box::new(proof.clone()) };
        ask.note(fact).await?;
        if port.registration().closed.len() > MANY {
            // A commit deletes them, and whoever never gets there begins anew and anew. What is left is tried the next time.
            drop(leftovers(port, ask, self.purpose).await);
        }
        carry_sign_in_over(ask, &registration, &attempt, proof).await?;
        Ok(passed())
    }
}

/// The open attempt, if it was proven for another tenant or application: another one is begun, what it kept belongs to that one.
fn of_another<'r>(registration: &'r Registration, proof: &PartnerCenterProof) -> Option<&'r Attempt> {
    let stale_base = |open: &&Attempt| open.base != registration.active_sequence();
    let other = |open: &&Attempt| {
        let earlier = open.partner_center.as_ref();
        earlier.is_some_and(|(earlier, _)| !same_account(earlier, proof))
    };
    let open = registration.open.as_ref();
    open.filter(|open| stale_base(open) || other(open))
}

async fn carry_sign_in_over(
    ask: &Ask,
    registration: &Registration,
    attempt: &Attempt,
    proof: &PartnerCenterProof,
) -> Result<(), Box<Failure>> {
    let Some(active) = &registration.active else {
        return Ok(());
    };
    let (Some((center, _)), Some((api, _)), Some(token)) =
        (&active.partner_center, &active.partner_api, active.item(Kind::RefreshToken))
    else {
        return Ok(());
    };
    if !same_account(center, proof) || attempt.item(Kind::RefreshToken).is_some() {
        return Ok(());
    }
    ask.carry_over(token, &attempt.next_item(Kind::RefreshToken)).await?;
    ask.note(Fact::PartnerApiProven { attempt: attempt.id, proof: Box::new(api.clone()) }).await
}

async fn customers(ask: &Ask, app: &Grant) -> Checked<()> {
    let line = ask.customers(app).await?.map_or_else(String::new, |total| match total {
        1 => "1 customer".to_owned(),
        total => format!("{total} customers"),
    });
    Ok(((), Line::Pass(line)))
}

/// The company's name and its country.
async fn company(ask: &Ask, app: &Grant) -> Checked<(Option<UntrustedText>, Option<UntrustedText>)> {
    let LegalBusiness { company, country, vetting } = ask.legal_business(app).await?;
    let line = shown(company.as_ref(), "no name given");
    let line = match vetting {
        Some(status) if status != "authorized" => Line::Note(format!("{line}; vetting status: {status}")),
        _ => Line::Pass(line),
    };
    Ok(((company, country), line))
}

/// The currency, and the day of the balance: a day is enough, the service adds a time that is always midnight.
async fn balance(ask: &Ask, app: &Grant) -> Checked<(Option<UntrustedText>, Option<UntrustedText>)> {
    let (currency, date) = ask.invoice_summary(app).await?;
    let date = date.and_then(|date| UntrustedText::some(date.as_str().split('T').next().unwrap_or_default()));
    let line =
        format!("balance of {} in {}", shown(date.as_ref(), "no invoice yet"), shown(currency.as_ref(), "no currency"));
    Ok(((currency, date), Line::Pass(line)))
}

fn shown(value: Option<&UntrustedText>, none: &str) -> String {
    value.map_or_else(|| none.to_owned(), UntrustedText::to_string)
}

fn same_account(one: &PartnerCenterProof, other: &PartnerCenterProof) -> bool {
    one.tenant == other.tenant && one.application == other.application
}
