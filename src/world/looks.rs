//! The looks at the network and the clock before the first question.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use url::Url;

use crate::cloud::Cloud;
use crate::effect::ProbeResult;
use crate::words::{Cause, Failure, Service};
use crate::world::clock;
use crate::world::http::{Ask, Http};
use crate::world::reply::failed;

/// Up to here the clock is right.
const RIGHT: Duration = Duration::from_secs(60);
/// Beyond this, tokens and certificates are refused.
const WRONG: Duration = Duration::from_secs(5 * 60);

/// Whether the login host and both API hosts answer. Any HTTP answer counts: it is only asked who is there.
pub async fn network(http: &Http, cloud: &Cloud) -> Result<ProbeResult, Box<Failure>> {
    let reach = |service: Service, address: Url| async move {
        let begun = Instant::now();
        let head = http.raw(Ask::head(service, address)).await?.head;
        if head.status == 407 { Err(head.fault(Cause::Proxy, &head.host)) } else { Ok(begun.elapsed()) }
    };
    let prices = async {
        match &cloud.partner_api {
            Some(address) => reach(Service::PartnerApi, address.clone()).await.map(Some),
            None => Ok(None),
        }
    };
    let (login, partner_center, prices) = tokio::join!(
        reach(Service::Entra, cloud.login.clone()),
        reach(Service::PartnerCenter, cloud.partner_center.clone()),
        prices,
    );
    let mut line = format!("sign-in {} ms, Partner Center {} ms", login?.as_millis(), partner_center?.as_millis());
    if let Some(prices) = prices? {
        line = format!("{line}, prices {} ms", prices.as_millis());
    }
    Ok(ProbeResult { good: true, line })
}

/// This machine's clock against the `Date` of the login host.
pub async fn clock(http: &Http, cloud: &Cloud) -> Result<ProbeResult, Box<Failure>> {
    let ask = Ask::head(Service::Entra, cloud.login.clone());
    let theirs = http
        .raw(ask)
        .await?
        .head
        .headers
        .get(http::header::DATE)
        .and_then(|value| httpdate::parse_http_date(value.to_str().ok()?).ok())
        .and_then(|date| Timestamp::try_from(date).ok());
    let Some(theirs) = theirs else {
        return Ok(ProbeResult { good: false, line: "the server does not say what time it is".to_owned() });
    };
    compared(clock::now(), theirs)
}

fn compared(ours: Timestamp, theirs: Timestamp) -> Result<ProbeResult, Box<Failure>> {
    let off = ours.duration_since(theirs);
    let size = off.unsigned_abs();
    let direction = if off.is_negative() { "behind" } else { "ahead" };
    if size > WRONG {
        let detail = format!("{} {direction}", in_words(size));
        return Err(failed(Service::Machine, Cause::ClockSkew, &detail));
    }
    let good = size <= RIGHT;
    let line = if good {
        format!("right to within {} s", size.as_secs().max(1))
    } else {
        format!("{} {direction}: set it, or sign-ins may fail", in_words(size))
    };
    Ok(ProbeResult { good, line })
}

/// To the nearest unit: a server tells whole seconds, so what is off by 26 minutes is seen as some less.
fn in_words(size: Duration) -> String {
    let seconds = size.as_secs();
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", (seconds + 30) / 60),
        7_200..=172_799 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_clock_is_right_off_or_wrong() {
        let theirs = at(1_800_000_000);
        for (ours, good) in [(0, true), (60, true), (-60, true), (61, false), (-300, false)] {
            let seen = compared(at(1_800_000_000 + ours), theirs).unwrap();
            assert_eq!(seen.good, good, "{ours}: {}", seen.line);
        }
        for (ours, detail) in
            [(301, "5 min ahead"), (-1_559, "26 min behind"), (-7_300, "2 h behind"), (400_000, "5 days ahead")]
        {
            let failure = compared(at(1_800_000_000 + ours), theirs).unwrap_err();
            assert_eq!(failure.cause, Cause::ClockSkew);
            assert_eq!(failure.detail.unwrap(), detail);
        }
    }
}
