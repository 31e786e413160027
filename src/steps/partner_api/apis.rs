//! What the tokens of step 3 open: four reads of Partner Center beside two of the price service, and what they prove.

use futures_util::future::{join, join3};

use super::{PartnerApi, Proven};
use crate::journal::{Fact, PartnerApiProof};
use crate::steps::port::{Ask, Checked, Halted, Line, Port, mismatch, passed};
use crate::words::{
    Audience, CheckId as C, Grant, Market, Mismatch, MpnId, Organization, PriceSheetHead, UntrustedText,
};

/// The delegated permission for usage and reconciliation (graph, permissions-reference).
const BILLING: &str = "PartnerBilling.Read.All";

/// Entra's number for what nobody has consented to.
const NOT_CONSENTED: u64 = 65_001;

impl PartnerApi {
    /// Looks at everything, side by side. The user's token is what was looked with.
    pub(super) async fn open_everything(&self, port: &Port, with: &Proven) -> Result<Grant, Halted> {
        let side_by_side = self.found.side_by_side.get();
        let prices = self.price_service(port, with);
        let graph = async {
            if !side_by_side {
                port.over(C::PriceToken).await;
            }
            port.check(C::Graph, async |ask| Ok(((), self.graph(port, &ask, with).await))).await
        };
        let (user, prices, graph) = if side_by_side {
            let partner_center = async { self.partner_center(port, with, self.usable(port, with).await?).await };
            join3(partner_center, prices, graph).await
        } else {
            let user = self.usable(port, with).await?;
            join3(self.partner_center(port, with, user), prices, graph).await
        };
        let user = user?;
        prices?;
        graph?;
        Ok(user)
    }

    /// The user's token, unless it says that nothing can be read with it: only another sign-in helps then.
    async fn usable(&self, port: &Port, with: &Proven) -> Result<Grant, Halted> {
        let user = self.user(port, with).await?;
        if user.claims.shows_mfa() == Some(false) {
            port.check(C::Mfa, async |_| self.mfa(&user)).await?;
        }
        Ok(user)
    }

    async fn partner_center(&self, port: &Port, with: &Proven, user: Grant) -> Result<Grant, Halted> {
        let organization = async {
            let asking = async |ask: Ask| self.organization(&ask, with, &user).await;
            port.find(C::Organization, &self.found.organization, asking).await?;
            port.check(C::Mfa, async |_| self.mfa(&user)).await
        };
        let mpn = port.find(C::Mpn, &self.found.mpn, async |ask| self.mpn(&ask, &user).await);
        let billing = port.find(C::Billing, &self.found.currency, async |ask| self.billing(&ask, &user).await);
        let (organization, mpn, billing) = join3(organization, mpn, billing).await;
        organization?;
        mpn?;
        billing?;
        Ok(user)
    }

    async fn price_service(&self, port: &Port, with: &Proven) -> Result<(), Halted> {
        if port.with(|board| board.state(C::PriceToken).is_none()) {
            return Ok(());
        }
        let token = self.prices(port, with).await?;
        let rates = port.check(C::Rates, async |ask| rates(&ask, &token).await);
        let sheet = async {
            let market = self.market(port, with).await;
            port.find(C::Sheet, &self.found.sheet, async |ask| sheet(&ask, &token, market).await).await
        };
        let (rates, sheet) = join(rates, sheet).await;
        rates?;
        sheet.map(drop)
    }

    /// Whether usage and reconciliation can be read from Microsoft Graph with this sign-in: since March 2026 they come from nowhere
    /// else (graph, partners-billing-api-overview). Which way Octo reads is not public, so it is said, and nothing fails by it.
    async fn graph(&self, port: &Port, ask: &Ask, with: &Proven) -> Line {
        let asking = async |token| ask.refresh_for_graph(with.refresh(token, Audience::PartnerCenter)).await;
        match self.renewed(port, ask, with, asking).await {
            Ok(grant) if grant.claims.scopes.iter().any(|scope| scope == BILLING) => {
                Line::Pass(format!("{BILLING} is there"))
            }
            Ok(grant) if grant.claims.readable => {
                Line::Note(format!("{BILLING} is absent; usage is read with it only"))
            }
            Err(failure) if failure.codes.contains(&NOT_CONSENTED) => {
                Line::Note(format!("{BILLING} is absent; usage is read with it only"))
            }
            Ok(_) | Err(_) => Line::Note(format!("could not tell whether {BILLING} is there")),
        }
    }

    /// The partner's own market: what step 2 has proven, else what the organization's profile says, once that is read.
    async fn market(&self, port: &Port, with: &Proven) -> Option<Market> {
        let proven = with.account.proof.country.as_ref().and_then(Market::of);
        if proven.is_some() {
            return proven;
        }
        port.over(C::Organization).await;
        self.found.organization.get()?.country.as_ref().and_then(Market::of)
    }

    fn seen(&self, compliant: Option<bool>) {
        self.found.mfa.set(compliant.or_else(|| self.found.mfa.get()));
    }

    async fn organization(&self, ask: &Ask, with: &Proven, user: &Grant) -> Checked<Organization> {
        let (organization, compliant) = ask.organization(user).await?;
        self.seen(compliant);
        let proof = &with.account.proof;
        let is_other = |it: &&UntrustedText| !it.as_str().eq_ignore_ascii_case(proof.tenant.as_str());
        if let Some(other) = organization.tenant.as_ref().filter(is_other) {
            return Err(mismatch(Mismatch::OrganizationTenant, other.as_str()));
        }
        let name = organization.company.as_ref().map(ToString::to_string).unwrap_or_default();
        let found = organization.domain.as_ref().map(ToString::to_string).unwrap_or_default();
        let line = match &proof.domain {
            Some(typed) if !found.is_empty() && !found.eq_ignore_ascii_case(typed.as_str()) => {
                Line::Note(format!("{name}; its default domain is {found}"))
            }
            Some(_) | None if found.is_empty() => Line::Pass(name),
            Some(_) | None => Line::Pass(format!("{name}, {found}")),
        };
        Ok((organization, line))
    }

    /// The token or the service must show MFA. If neither says anything, that is said, and no failure is made of it.
    fn mfa(&self, user: &Grant) -> Checked<()> {
        let pass = |line: &str| Ok(((), Line::Pass(line.to_owned())));
        let fail = |why: &str| {
            self.found.mfa.set(Some(false));
            Err(mismatch(Mismatch::Mfa, why))
        };
        match (user.claims.shows_mfa(), self.found.mfa.get()) {
            (_, Some(false)) => fail("Partner Center says the sign-in was without MFA"),
            (Some(true), _) => {
                self.found.mfa.set(Some(true));
                pass("yes, in the token")
            }
            (Some(false), _) => fail("the token shows no MFA"),
            (None, Some(true)) => pass("yes, says Partner Center"),
            (None, None) => {
                let line = "neither the token nor Partner Center says".to_owned();
                Ok(((), Line::Note(line)))
            }
        }
    }

    async fn mpn(&self, ask: &Ask, user: &Grant) -> Checked<Option<MpnId>> {
        let ((id, name), compliant) = ask.mpn(user).await?;
        self.seen(compliant);
        let found = id.and_then(|id| MpnId::parse(id.as_str()).ok());
        match (self.request.mpn.clone(), found.map(|id| id.value)) {
            (Some(typed), Some(found)) if typed != found => {
                let detail = format!("typed: {typed}; signed-in partner: {found}");
                Err(mismatch(Mismatch::Mpn, &detail))
            }
            (typed, None) => Ok((typed, Line::Note("Partner Center names none".to_owned()))),
            (_, Some(found)) => {
                let line = name.map_or_else(|| found.to_string(), |name| format!("{found}, {name}"));
                Ok((Some(found), Line::Pass(line)))
            }
        }
    }

    async fn billing(&self, ask: &Ask, user: &Grant) -> Checked<Option<UntrustedText>> {
        let (currency, compliant) = ask.billing_profile(user).await?;
        self.seen(compliant);
        let line = currency.as_ref().map(ToString::to_string).unwrap_or_default();
        Ok((currency, Line::Pass(line)))
    }

    pub(super) async fn note_proof(&self, port: &Port, ask: &Ask, with: &Proven, user: &Grant) -> Checked<()> {
        let Organization { company, domain, .. } = self.found.organization.get().unwrap_or_default();
        let id_user = || user.id_claims.as_ref().and_then(|it| it.user.clone());
        let proof = PartnerApiProof {
            user: user.claims.user.clone().or_else(id_user),
            mfa: self.found.mfa.get(),
            mpn: self.found.mpn.get().flatten(),
            domain,
            company: company.or_else(|| with.account.proof.company.clone()),
            currency: self.found.currency.get().flatten(),
            redirect: self.request.redirect.clone(),
            prices: self.found.sheet.get().is_some_and(|head| !head.rows.is_empty()),
            found: port.with(|board| board.lines()),
        };
        let (attempt, proof) = (with.account.attempt.id, Box::new(proof));
        ask.note(Fact::PartnerApiProven { attempt, proof }).await?;
        Ok(passed())
    }
}

async fn rates(ask: &Ask, token: &Grant) -> Checked<()> {
    let line = match ask.exchange_rates(token).await? {
        1 => "1 rate".to_owned(),
        rows => format!("{rows} rates"),
    };
    Ok(((), Line::Pass(line)))
}

async fn sheet(ask: &Ask, token: &Grant, market: Option<Market>) -> Checked<PriceSheetHead> {
    let head = ask.price_sheet(token, market.unwrap_or(Market::ASSUMED)).await?;
    let line = format!("{} columns, {} rows read", head.columns.len(), head.rows.len());
    let line = match market {
        _ if head.rows.is_empty() => {
            Line::Note("a header and no rows: no price is proven; there may be none for this market yet".to_owned())
        }
        Some(_) => Line::Pass(line),
        None => Line::Note(format!("{line}; of market {}, because Partner Center names no country", Market::ASSUMED)),
    };
    Ok((head, line))
}
