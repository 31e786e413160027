//! A registration without a screen: the commands that are told, and what is given up on the way.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::browser::sign_in;
use super::desk::TestMachine;
use crate::schema;

/// The words of the commands that are about a registration.
const COMMANDS: [&str; 10] =
    ["register", "consent", "submit", "doctor", "status", "rename", "forget", "handoff", "token", "code"];

/// What the partner is called that is replaced.
const PARTNER: &str = "Contoso Cloud Partners";

/// A script at work, with the flags that it gives to every command.
struct Script {
    desk: TestMachine,
    flags: Vec<String>,
    said: Vec<String>,
}

impl Script {
    /// With every flag that says which registration is meant, where it is kept and how it is reached.
    fn new(more: &[&str]) -> Self {
        let desk = TestMachine::new();
        let settings = desk.path("own settings");
        fs::DirBuilder::new().mode(0o700).create(&settings).unwrap();
        let path = |name: &str| desk.path(name).display().to_string();
        let flags = [
            vec!["--store".to_owned(), "keyring".to_owned()],
            vec!["--config-dir".to_owned(), path("own settings")],
            vec!["--cloud-file".to_owned(), path("cloud.json")],
            vec!["--graph".to_owned(), "false".to_owned()],
            more.iter().map(|word| (*word).to_owned()).collect(),
        ];
        Self { flags: flags.concat(), desk, said: Vec::new() }
    }

    /// A command with these flags and this on its standard input; what it says is kept.
    fn run(&mut self, arguments: &[&str], flags: &[String], input: &str, code: i32) -> String {
        use std::io::Write as _;
        let mut command = self.desk.command(arguments);
        // Octo's credentials are somebody else's.
        command.args(flags).envs([("ALPHAUS_CLIENT_ID", "an-id"), ("ALPHAUS_CLIENT_SECRET", "another")]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_eq!(status.code(), Some(code), "{arguments:?}\n{out}{err}");
        self.said.push(format!("== {arguments:?}\n{out}{err}"));
        out
    }

    fn about(&mut self, arguments: &[&str], code: i32) -> String {
        let flags = self.flags.clone();
        self.run(arguments, &flags, "", code)
    }

    fn register(&mut self, more: &[&str], code: i32) -> String {
        let (app, domain) = (self.desk.fact("client_id"), self.desk.fact("domain"));
        let mut words = vec!["register", "--no-input", "--application-id", &app, "--directory", &domain];
        words.extend(["--secret-stdin", "--secret-ends", "2027-05-14"]);
        words.extend(more);
        let (flags, secret) = (self.flags.clone(), self.desk.fact("client_secret"));
        self.run(&words, &flags, &secret, code)
    }

    /// Registers in two calls.
    fn registered(&mut self) {
        self.register(&["--account-name", "Contoso CSP"], 4);
        let object: Value = serde_json::from_str(&self.about(&["consent", "start", "--json"], 0)).unwrap();
        let back = sign_in(object["consent"]["address"].as_str().unwrap());
        let flags = self.flags.clone();
        self.run(&["consent", "finish"], &flags, &back, 3);
    }

    /// Every command that was told lacks none of these words.
    fn every_command_has(&self, wanted: &[&str]) -> usize {
        let mut seen = 0;
        for said in &self.said {
            for line in said.lines() {
                for told in line.split("octo-csp ").skip(1) {
                    let word = told.split([' ', '.', ',']).next().unwrap();
                    if COMMANDS.contains(&word) {
                        seen += 1;
                        for words in wanted {
                            assert!(told.contains(words), "lacks {words}: {line}\n\n{said}");
                        }
                    }
                }
            }
        }
        seen
    }
}

#[test]
fn every_command_that_is_told_has_the_flags_that_it_needs_and_is_one_line() {
    for more in ["", "--sandbox", "--registration contoso-2"] {
        let (production, environment) = (more != "--sandbox", more);
        let more: Vec<&str> = more.split_whitespace().collect();
        let mut script = Script::new(&more);
        for nothing in [&["doctor"][..], &["token", "partner-center"], &["code", "--show"], &["consent", "finish"]] {
            let code = if nothing[0] == "consent" { 2 } else { 4 };
            script.about(nothing, code);
        }
        let one = script.said.len();
        if production {
            script.registered();
            script.about(&["submit"], 3);
            script.about(&["submit", "--json"], 3);
        } else {
            script.register(&[], 4);
            script.about(&["consent", "start", "--json"], 0);
        }
        script.about(&["consent", "finish"], if production { 9 } else { 2 });
        let ics = script.desk.path("ends.ics").display().to_string();
        script.about(&["doctor", "--warn-days", "3650", "--ics", &ics], 4);
        script.about(&["doctor", "--warn-days", "3650", "--json"], 4);
        script.about(&["handoff"], 0);
        script.about(&["handoff", "--html"], 0);
        if production {
            let calendar = fs::read_to_string(&ics).unwrap().replace("\r\n ", "");
            script.said.push(calendar.replace('\\', ""));
        }
        let own = |name: &str| script.desk.path(name).display().to_string();
        let settings = format!("--config-dir '{}'", own("own settings"));
        let all = [
            "--graph false".to_owned(),
            "--store keyring".to_owned(),
            format!("--cloud-file {}", own("cloud.json")),
            settings.clone(),
        ];
        let own = more.join(" ");
        let all: Vec<&str> = all.iter().map(String::as_str).chain([own.as_str()]).collect();
        assert!(script.every_command_has(&all) >= 10, "{:?}", script.said);
        assert!(one > 0, "{environment}");

        // These are about every registration of this machine, and take what names one as every command does.
        script.said.clear();
        script.about(&["status"], 0);
        script.about(&["status", "--json"], 0);
        let flags = script.flags[..6].to_vec();
        script.run(&["report"], &flags, "", 0);
        if production {
            // A report has no use for what is looked at in Microsoft Graph.
            assert!(script.every_command_has(&all[1..]) > 1, "{:?}", script.said);
        }
        // Of a registration whose file of addresses was not given, no journal says which it is.
        script.said.clear();
        script.run(&["status"], &flags[..4], "", 0);
        if production {
            let wanted = ["--cloud-file FILE", settings.as_str()];
            assert!(script.every_command_has(&wanted) > 0, "{:?}", script.said);
            // What another cloud has is not this one's.
            let china = script.run(&["status", "--cloud", "china"], &flags[..4], "", 0);
            assert!(china.contains("What these flags name is not registered here."), "{china}");
        }
    }
}

#[test]
fn what_was_begun_is_discarded_without_a_screen_and_never_by_the_way() {
    let mut script = Script::new(&[]);
    script.registered();
    let active = script.desk.journal();
    // Somebody is asked to sign in for what is to take the place of that.
    script.register(&["--replace", PARTNER], 4);
    let open = script.desk.journal();
    assert!(open.contains("\"replacing\"") && open.contains("\"consenting\""), "{open}");
    // Another application would lose that: it is said, with the ways to go on.
    let other = ["--replace", PARTNER, "--application-id", "11111111-2222-3333-4444-555555555555", "--json"];
    let words = ["register", "--no-input", "--directory", "contoso.com", "--secret-stdin"];
    let flags = script.flags.clone();
    let said = script.run(&[&words[..], &other].concat(), &flags, "abc8Q~def", 9);
    let object: Value = serde_json::from_str(&said).unwrap();
    schema::holds(&object);
    let told = object["said"].as_str().unwrap();
    assert!(told.contains("consent finish") && told.contains("--discard"), "{told}");
    assert_eq!(script.desk.journal(), open);

    let object: Value =
        serde_json::from_str(&script.about(&["register", "--no-input", "--discard", "--json"], 0)).unwrap();
    schema::holds(&object);
    assert_eq!(object["state"], "discarded");
    let status: Value = serde_json::from_str(&script.run(&["status", "--json"], &flags[..4], "", 0)).unwrap();
    let registration = &status["registrations"][0];
    assert_eq!((&registration["active"], &registration["open_step"]), (&Value::Bool(true), &Value::Null), "{status}");
    assert!(script.desk.journal().starts_with(&active), "what is registered is as it was");
    // Nothing is left that could be discarded, and that is no fault.
    script.about(&["register", "--no-input", "--discard"], 0);
}
