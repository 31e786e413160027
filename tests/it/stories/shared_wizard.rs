//! A wizard whose registration is in a vault that a team shares: the others see which page is open, and what was typed stays on the
//! machine where that was done.

use serde_json::Value;

use super::desk::{PROGRAM, Person as _, TestMachine, spawn_with};
use super::team::Host;
use crate::keyring::Session;
use crate::openbao::{Cluster, block_on};

#[test]
fn the_others_see_the_page_that_is_open_and_what_was_typed_is_there_after_a_kill() {
    let (cluster, microsoft) = (Cluster::shared(), TestMachine::with(Session::none(), &[]));
    let (own, cloud) = (cluster.variables(0), microsoft.path("cloud.json").display().to_string());
    let variables: Vec<(&str, &str)> = own.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let store = &["vault", "--vault-path", "typed"];
    let command = [&[PROGRAM, "register", "--cloud-file", &cloud, "--no-browser", "--store"][..], store].concat();
    let wizard = || spawn_with(&microsoft.session, &command, &variables);
    let other = Host::new(store, own.clone().into(), &microsoft);
    let says = |step: &str| {
        let keys = block_on(cluster.done(0, "LIST", "secret/metadata/typed/", Value::Null));
        let keys = keys["data"]["keys"].as_array().unwrap().iter().filter_map(Value::as_str);
        let name = keys.map(|key| key.trim_end_matches('/')).next().unwrap().to_owned();
        let (path, doing) = (format!("secret/data/typed/{name}/lease"), format!("register, {step}"));
        block_on(cluster.ask_until(0, &path, |_, body| body.to_string().contains(&doing)));
    };

    let mut pty = wizard();
    pty.wait("test item written");
    pty.enter("What should this account be called");
    says("Basic Details");
    pty.fill("Contoso CSP", "Contoso CSP");
    // Killed in the moment in which the field is left.
    pty.send("\t");
    pty.wait_until("the next field", |screen| !screen.contents().contains("▌Contoso CSP"));
    pty.kill();

    // Whoever is asked why it is in use says so with the page, and can end it.
    let mut pty = wizard();
    pty.reads("(register, Basic Details)");
    pty.kill();
    assert!(other.run(&["store", "break-lease"], 0).contains("(register, Basic Details)"));
    let mut pty = wizard();
    pty.reads("Your draft is open again.");
    pty.wait("▌Contoso CSP");
    pty.enter("Partner Center Credentials");
    says("Partner Center Credentials");
    pty.prove(&microsoft);
    says("Partner API Credentials");
    pty.kill();
    assert!(other.run(&["store", "break-lease"], 0).contains("(register, Partner API Credentials)"));
}
