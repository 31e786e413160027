//! Every plan, with the world broken from any of its effects on: also what a step does because something failed fails then.

use std::collections::VecDeque;

use super::super::bench::*;
use super::super::*;
use crate::effect::{Effect, Outcome};
use crate::journal::Fact;
use crate::words::{Audience, Cause, CheckId, Failure, Reach, Service, Step, VaultFault};

/// How a registration stands before a plan begins, and how the plan begins.
type Begun = (&'static str, fn() -> Bench, fn(&Bench) -> Execution);

fn step_two_proven() -> Bench {
    let mut bench = Bench::default();
    assert_eq!(bench.step_two().1, Status::Finished);
    bench
}

fn all_proven() -> Bench {
    let mut bench = step_two_proven();
    let (mut run, _) = bench.step_three();
    assert_eq!(bench.paste(&mut run, CODE), Status::Finished);
    bench
}

/// Active, replaced, and an attempt that was given up.
fn rich() -> Bench {
    let mut bench = Bench::registered();
    assert_eq!(bench.step_two().1, Status::Finished);
    assert_eq!(bench.commit().1, Status::Finished);
    assert_eq!(bench.step_two().1, Status::Finished);
    let open = bench.registration().open.unwrap().id;
    bench.perform(&Effect::Note(Fact::Closed { attempt: open }));
    bench
}

/// The same, and a new set that waits for the commit.
fn replacing() -> Bench {
    let mut bench = rich();
    assert_eq!(bench.step_two().1, Status::Finished);
    bench
}

/// Three refreshes at a time.
const AT_ONCE: Reach = Reach { graph: true, side_by_side: true, ..REACH };

const PLANS: [Begun; 17] = [
    ("step 2", Bench::default, |bench| Execution::partner_center(center_request(), bench.registration())),
    ("step 2 over another", rich, |bench| Execution::partner_center(center_request(), bench.registration())),
    ("step 3", step_two_proven, |bench| Execution::partner_api(api_request(), bench.registration(), None)),
    ("step 3 alone", rich, |bench| Execution::partner_api(api_request(), bench.registration(), None)),
    ("first commit", all_proven, |bench| Execution::commit(bench.registration())),
    ("commit over another", replacing, |bench| Execution::commit(bench.registration())),
    ("tidy", rich, |bench| Execution::tidy(bench.registration())),
    ("forget", rich, |bench| Execution::forget(bench.registration())),
    ("submit", rich, |bench| Execution::submit(bench.registration(), octo_client(), false).unwrap()),
    ("token for Partner Center", rich, |bench| {
        Execution::token(Audience::PartnerCenter, bench.registration()).unwrap()
    }),
    ("token for the price service", rich, |bench| {
        Execution::token(Audience::PartnerApi, bench.registration()).unwrap()
    }),
    ("code", rich, |bench| Execution::code(bench.registration()).unwrap()),
    ("check of step 2", rich, |bench| Execution::check(Step::PartnerCenter, bench.registration()).unwrap()),
    ("check of step 3", rich, |bench| Execution::check(Step::PartnerApi, bench.registration()).unwrap()),
    ("check of step 3, of Entra itself", rich, |bench| {
        Execution::check(Step::PartnerApi, bench.registration()).unwrap().reaching(AT_ONCE)
    }),
    ("step 3 alone, of Entra itself", rich, |bench| {
        Execution::partner_api(api_request(), bench.registration(), None).reaching(AT_ONCE)
    }),
    ("check of step 3 after step 2", checked, |bench| {
        Execution::check(Step::PartnerApi, bench.registration()).unwrap()
    }),
];

/// One more good run, and the set that was replaced goes.
fn checked() -> Bench {
    let mut bench = rich();
    let mut run = Execution::check(Step::PartnerCenter, bench.registration()).unwrap();
    let effects = run.start(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    bench
}

fn numbered(cause: Cause, index: usize) -> Failure {
    Failure::new(Service::Keyring, cause).with_detail(&index.to_string())
}

/// Performs until nothing is in flight; from the effect `broken` on, everything fails. Returns what failed, in its order.
fn drive(
    bench: &mut Bench,
    run: &mut Execution,
    effects: Vec<(CheckId, Effect)>,
    code: &str,
    (broken, cause): (usize, Cause),
) -> Vec<(CheckId, String, usize)> {
    let mut queue = VecDeque::from(effects);
    let mut failed = Vec::new();
    let mut index = 0;
    while let Some((id, effect)) = queue.pop_front() {
        assert!(index < 200 && failed.len() < 30, "it does not end: {failed:?}");
        let outcome = if index >= broken {
            failed.push((id, short(&effect), index));
            Some(Outcome::Failed(Box::new(numbered(cause, index))))
        } else {
            bench.perform(&effect)
        };
        index += 1;
        if let Some(outcome) = outcome {
            queue.extend(run.resume(id, outcome, 0));
        } else {
            let address = format!("http://localhost/?code={code}&state=7f3c");
            let Ok(effects) = run.answer(&address, 0) else { panic!("not taken") };
            queue.extend(effects);
        }
    }
    failed
}

/// What is active is whole, and what the run believes is what the journal says.
fn is_sound(bench: &Bench, run: &Execution, what: &str) {
    let registration = bench.registration();
    if registration.forgetting || bench.lines.is_empty() {
        return;
    }
    assert_eq!(&registration, run.registration(), "{what}");
    let before = registration.previous.iter().filter(|before| !before.retiring);
    for set in registration.active.iter().chain(before) {
        assert!(set.complete(), "{what}");
        for item in set.set() {
            assert!(bench.vault.contains_key(&item.to_string()), "{what}: {item}");
        }
    }
}

#[test]
fn a_world_that_is_broken_from_any_effect_on_costs_the_run_and_nothing_else() {
    let locked = Cause::Vault(VaultFault::Locked);
    for (name, before, begin) in PLANS {
        for cause in [locked, Cause::Broken] {
            for broken in 0.. {
                let mut bench = before();
                let active = bench.registration().active;
                let mut run = begin(&bench);
                let effects = run.start(0);
                let failed = drive(&mut bench, &mut run, effects, CODE, (broken, cause));
                if failed.is_empty() {
                    assert_eq!(run.status(), Status::Finished, "{name}");
                    break;
                }
                let what = format!("{name}, {cause:?}: {failed:?}");
                let ended = [Status::Refused, Status::Finished].contains(&run.status());
                assert!(ended, "{what}: {:?}", run.status());
                for check in run.checks() {
                    let Some(told) = check.failure() else { continue };
                    // Advice is no reason to stop, nor is a browser that has gone.
                    let of_this =
                        failed.iter().filter(|it| it.0 == check.id && !["probe", "tell"].contains(&it.1.as_str()));
                    let first = of_this.map(|(.., index)| *index).min().unwrap();
                    assert_eq!(told, &numbered(cause, first), "{what}");
                }
                is_sound(&bench, &run, &what);
                let now = bench.registration().active;
                let committed = bench.log.contains(&"note activated".to_owned());
                if !bench.lines.is_empty() && !name.contains("commit") && active.is_some() {
                    assert_eq!(now.map(|it| it.id), active.map(|it| it.id), "{what}");
                } else if name == "first commit" && !committed {
                    assert!(now.is_none(), "{what}");
                }
                if run.status() == Status::Refused {
                    let effects = run.retry(0);
                    let other = "1.AXoAkl-another_opaque.AgABBAIAAADnf";
                    drive(&mut bench, &mut run, effects, other, (usize::MAX, cause));
                    assert_eq!(run.status(), Status::Finished, "{what}: {:?}", run.failed());
                    is_sound(&bench, &run, &what);
                }
            }
        }
    }
}
