//! The loop against the simulator.

use std::future::{pending, ready};

use super::*;
use crate::commands::tests::{microsoft, prove};
use crate::words::{Environment, PartnerApiRequest, RedirectAddress};

fn step_three(redirect: &str, proven: &Execution) -> Execution {
    let request =
        PartnerApiRequest { mpn: None, other_secret: None, redirect: RedirectAddress::parse(redirect).unwrap() };
    Execution::partner_api(request, proven.registration().clone(), None)
}

async fn proven() -> (crate::simulator::Simulator, World, Execution) {
    let (simulator, world) = microsoft("happy").await;
    open(&world, Effect::Open(Environment::Production)).await.unwrap();
    let proven = Box::pin(prove(&world, &simulator.facts())).await;
    (simulator, world, proven)
}

#[tokio::test]
async fn a_signal_gives_reads_up_and_ends_the_run() {
    let (simulator, world, proven) = Box::pin(proven()).await;
    let mut run = step_three(&simulator.facts().redirect_uri, &proven);
    let mut conversation = Conversation::new(&world);
    let ended = conversation.hold(&mut run, Asked::Wait(None), ready(()), |_| {});
    assert_eq!(ended.await, Ended::Signal);
    assert_eq!(run.status(), Status::Stopped);
}

#[tokio::test]
async fn what_nothing_can_catch_is_not_waited_for() {
    let (_simulator, world, proven) = Box::pin(proven()).await;
    let mut run = step_three("https://localhost", &proven);
    let mut conversation = Conversation::new(&world);
    let ended = conversation.hold(&mut run, Asked::Wait(None), pending(), |_| {});
    assert_eq!(ended.await, Ended::Asking);
    assert!(run.registration().open.as_ref().unwrap().sign_in_open());
}

#[tokio::test]
async fn the_limit_counts_while_a_person_is_waited_for() {
    let (simulator, world, proven) = Box::pin(proven()).await;
    let mut run = step_three(&simulator.facts().redirect_uri, &proven);
    let mut conversation = Conversation::new(&world);
    let limit = Asked::Wait(Some(Duration::ZERO));
    let ended = conversation.hold(&mut run, limit, pending(), |_| {});
    assert_eq!(ended.await, Ended::Limit);
    assert!(run.registration().open.as_ref().unwrap().sign_in_open());
}
