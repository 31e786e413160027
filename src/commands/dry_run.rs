//! `octo-csp register --dry-run`: what a registration would do, from the graph that it goes through. Nothing is asked, sent or
//! written, and no store is opened.

use crate::cli::Register;
use crate::cloud::authority;
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::{octo, values};
use crate::effect::{Effect, Preflight};
use crate::exit::Exit;
use crate::journal::{Fact, Registration};
use crate::report::foreseen::{self, Call, Foreseen, Kept};
use crate::steps::{Wanted, foresee};
use crate::words::answers::{self, USUAL_REDIRECT};
use crate::words::{
    CheckId, ClientId, Directory, Environment, Field, PartnerApiRequest, PartnerCenterRequest, RedirectAddress, Secret,
    Step, StoreKey, TenantId, Typed,
};
use crate::world::calls::calls;
use crate::world::journal::lock;

/// What stands for ids that nobody has given, and how it is shown.
const NO_ID: &str = "00000000-0000-4000-8000-000000000000";
const SHOWN: &str = "{directory}";

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Register) -> Result<Exit, CommandError> {
    // The file of the log is not made either.
    context.log = None;
    let target = Target::sealed(context, &arguments.which)?;
    if arguments.step == Some(Step::Basic) {
        return Err(CommandError::usage("step basic is only a name, kept in the journal: nobody is called"));
    }
    let found = target.shelf().as_written(&target.name()).await?;
    let registration = found.registration;
    let typed = values::typed(&arguments.values).over(&registration.typed());
    let mut notes = Vec::new();
    let octo = octo::octo(context.host, &target.cloud, arguments.profile.as_deref())?;
    let octo = octo.filter(|_| target.environment != Environment::Sandbox).and_then(|octo| octo.client.ok());
    if octo.is_none() {
        notes.push(
            "Octo is not called: no Octo credentials are given here. In the wizard, Review asks for them.".to_owned(),
        );
    }
    let wanted = Wanted {
        partner_center: step_two(&typed, arguments.step, &registration)?,
        partner_api: step_three(&typed)?,
        reach: target.cloud.reach(target.graph),
        octo,
        tenant: placeholder(TenantId::parse(NO_ID).ok())?.value,
        page: target.cloud.login.clone(),
    };
    if wanted.reach.prices {
        notes.push("The price sheet is that of the partner's own market; US stands for it here.".to_owned());
    }
    notes.push(
        "What fails on the way is tried once more where that changes nothing; each try is another call.".to_owned(),
    );
    let before = if arguments.values.no_input { &[Preflight::Keyring][..] } else { &Preflight::ALL };
    let mut effects: Vec<(Option<CheckId>, Effect)> =
        before.iter().map(|look| (None, Effect::Preflight(*look))).collect();
    effects.extend(first_lines(&target, &registration, &typed).into_iter().map(|fact| (None, Effect::Note(fact))));
    effects.extend(foresee(wanted, registration.clone()).into_iter().map(|(check, effect)| (Some(check), effect)));
    let foreseen = listed(context, &target, &registration, (&effects, &found.folder), notes);
    let text = if context.json { foreseen::in_json(&foreseen) } else { foreseen::text(&foreseen) };
    Ok(context.print(&text))
}

fn placeholder<T>(made: Option<T>) -> Result<T, CommandError> {
    made.ok_or_else(|| CommandError::new(Exit::Internal, "nothing can stand for what is not given"))
}

/// Step 2 with what was given; what is missing has a stand-in.
fn step_two(
    typed: &Typed,
    only: Option<Step>,
    registration: &Registration,
) -> Result<Option<PartnerCenterRequest>, CommandError> {
    if only == Some(Step::PartnerApi) {
        let proven = registration.proven().is_some();
        let missing = || CommandError::usage("Partner Center Credentials come first: nothing is proven yet");
        return proven.then_some(None).ok_or_else(missing);
    }
    let known = |field: Field| Some(typed.get(field)).filter(|text| !text.is_empty()).unwrap_or(NO_ID).to_owned();
    Ok(Some(PartnerCenterRequest {
        directory: placeholder(Directory::parse(&known(Field::Directory)).ok())?.value,
        application: placeholder(ClientId::parse(&known(Field::ApplicationId)).ok())?.value,
        secret: Some(Secret::shared("stands for the secret key".to_owned())),
        secret_ends: None,
    }))
}

fn step_three(typed: &Typed) -> Result<PartnerApiRequest, CommandError> {
    let usual = Typed::default().with(Field::Redirect, USUAL_REDIRECT);
    let redirect = answers::partner_api(&typed.over(&usual), None).map(|request| request.redirect);
    let redirect = redirect.ok().or_else(|| RedirectAddress::parse(USUAL_REDIRECT).ok());
    Ok(PartnerApiRequest { mpn: None, other_secret: None, redirect: placeholder(redirect)? })
}

/// The lines of the journal before the first step.
fn first_lines(target: &Target, registration: &Registration, typed: &Typed) -> Vec<Fact> {
    let name = answers::basic(typed).unwrap_or_default();
    let named = registration.naming(name).filter(|_| !registration.named);
    let other = StoreKey::from(target.store);
    let first = registration.active.is_none() && registration.open.is_none() && registration.store != other;
    let stored = first.then_some(Fact::Stored { store: other });
    named.into_iter().chain(stored).collect()
}

/// The effects as they are told: where each goes, what is kept, what is written.
fn listed(
    context: &CommandContext<'_>,
    target: &Target,
    registration: &Registration,
    (effects, folder): (&[(Option<CheckId>, Effect)], &str),
    notes: Vec<String>,
) -> Foreseen {
    let mut all = Foreseen {
        identity: target.identity(context.host, registration),
        calls: Vec::new(),
        store: (target.store.key, target.store.noun),
        kept: Vec::new(),
        journal: Vec::new(),
        files: files(target, folder),
        notes,
    };
    let name = target.name();
    for (check, effect) in effects {
        for call in calls(&target.cloud, effect) {
            all.calls.push(Call {
                step: step(*check),
                check: check.map(CheckId::key),
                by: if call.by_browser { "browser" } else { "octo-csp" },
                method: call.method.to_string(),
                host: authority(&call.address),
                path: call.address.path().replace(NO_ID, SHOWN),
                right: call.right,
            });
        }
        match effect {
            Effect::Keep(item, _) | Effect::Copy { to: item, .. } => {
                all.kept.push(Kept { item: format!("{name}/{item}"), deleted_again: false });
            }
            Effect::Erase(items) => {
                let gone: Vec<String> = items.iter().map(|item| format!("{name}/{item}")).collect();
                all.kept.iter_mut().filter(|kept| gone.contains(&kept.item)).for_each(|kept| kept.deleted_again = true);
            }
            Effect::Note(fact) => all.journal.push(kind(fact)),
            Effect::Preflight(_)
            | Effect::Open(_)
            | Effect::OpenToForget(_)
            | Effect::Discover(_)
            | Effect::AppToken(_)
            | Effect::Read(..)
            | Effect::Listen(_)
            | Effect::ResumeListening(_)
            | Effect::Probe(_)
            | Effect::Await
            | Effect::Tell(_)
            | Effect::Browse(_)
            | Effect::Redeem(_)
            | Effect::Refresh(_)
            | Effect::RefreshForGraph(_)
            | Effect::Recall(_)
            | Effect::ReadBack(_)
            | Effect::Octo(_)
            | Effect::Save(_)
            | Effect::Write(_)
            | Effect::Discard
            | Effect::Pause(_) => {}
        }
    }
    all
}

/// What a line of the journal is called there.
fn kind(fact: &Fact) -> String {
    let written = serde_json::to_value(fact).unwrap_or_default();
    written.get("fact").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// What a call belongs to.
fn step(check: Option<CheckId>) -> &'static str {
    match check {
        None => "before",
        Some(check) if crate::words::check::SUBMIT.contains(&check) => "octo",
        Some(check) => check.step().map_or("commit", Step::flag),
    }
}

fn files(target: &Target, folder: &str) -> Vec<(String, &'static str)> {
    let at = |name: &str| std::path::Path::new(folder).join(name).display().to_string();
    let mut files = vec![
        (at("journal"), "what became true and when; no secret"),
        (at("draft.json"), "what you typed, without secrets"),
    ];
    files.extend(target.store.files.iter().map(|file| (at(file), "sealed; opened by your passphrase")));
    files.push((lock::told(&target.name()), "the number of the process that works on it"));
    files
}
