//! Names what is built, for `octo-csp --version`: the commit, the target, the compiler. And makes tables of the rows of diagnoses and of the program's texts.
//!
//! The commit is looked up for release builds only: after each commit a development build would otherwise be made again. Without
//! git and without the variable (an archive of sources) it is unknown, and nothing fails.

#![expect(clippy::disallowed_methods, reason = "Cargo hands over by environment variables and takes files of any kind")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    name_what_is_built();
    let texts: Texts = toml::from_str(&fs::read_to_string(TEXTS)?).map_err(|error| format!("{TEXTS}: {error}"))?;
    println!("cargo::rerun-if-changed={TEXTS}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("rows.rs"), rows(&texts).map_err(|error| format!("{TEXTS}: {error}"))?)?;
    let (places, guides) = fields(&texts)?;
    fs::write(out.join("places.rs"), places)?;
    fs::write(out.join("fields.rs"), guides)?;
    Ok(fs::write(out.join("texts.rs"), words(&texts)?)?)
}

const TEXTS: &str = "src/texts/en.toml";

/// The file of rows and texts, in which every section and every line must be known.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    source: BTreeMap<String, String>,
    page: BTreeMap<String, String>,
    table: Vec<Table>,
    unknown: Row,
    problem: BTreeMap<String, Problem>,
    prerequisite: Vec<Prerequisite>,
    field: BTreeMap<String, Field>,
    handoff: Vec<Task>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Prerequisite {
    key: String,
    line: String,
    why: String,
    place: String,
    copy: String,
    page: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Task {
    title: String,
    who: String,
    page: Option<String>,
    steps: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    title: String,
    row: Vec<Row>,
}

/// A row as the head of the file describes it. Names of Rust's (a field, a cause) stand there as they are: the compiler checks them.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    key: String,
    base: String,
    #[serde(default)]
    signs: Vec<String>,
    when: Option<String>,
    label: Option<String>,
    who: Option<String>,
    goto: Option<String>,
    exit: Option<String>,
    wait: Option<u64>,
    #[serde(default)]
    quotes: bool,
    page: Option<String>,
    #[serde(default)]
    blames: Vec<String>,
    source: String,
    checked: String,
    what: String,
    why: Vec<String>,
    cure: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    what: String,
    cure: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    place: String,
    purpose: String,
    #[serde(default)]
    not: String,
    page: Option<String>,
}

/// What is told of the fields as Rust: their places for `words/field.rs`, the rest for `ui/guide.rs`. The compiler checks the names.
fn fields(texts: &Texts) -> Result<(String, String), Box<dyn Error>> {
    let mut places = String::from("const fn place_of(field: Field) -> &'static str {\nmatch field {\n");
    let mut guides = String::from("const fn guide(field: Field) -> Guide {\nmatch field {\n");
    for (name, Field { place, purpose, not, page }) in &texts.field {
        writeln!(places, "Field::{name} => {place:?},")?;
        writeln!(guides, "Field::{name} => Guide {{ purpose: {purpose:?}, not: {not:?}, page: {page:?} }},")?;
    }
    Ok((places + "}\n}\n", guides + "}\n}\n"))
}

/// All but the rows and fields as Rust, for `words/texts.rs`.
fn words(texts: &Texts) -> Result<String, Box<dyn Error>> {
    let mut table = String::from("static PROBLEMS: &[(&str, Wrong)] = &[\n");
    for (key, Problem { what, cure }) in &texts.problem {
        writeln!(table, "({key:?}, Wrong {{ what: {what:?}, cure: {cure:?} }}),")?;
    }
    table.push_str("];\n/// The lines of *Before you start*, from top to bottom.\npub static PREREQUISITES: &[Prerequisite] = &[\n");
    for Prerequisite { key, line, why, place, copy, page } in &texts.prerequisite {
        let words = format!("line: {line:?}, why: {why:?}, place: {place:?}, copy: {copy:?}, page: {page:?}");
        writeln!(table, "Prerequisite {{ key: {key:?}, {words} }},")?;
    }
    table.push_str("];\n/// The tasks of a hand-off, in their order.\npub static TASKS: &[Task] = &[\n");
    for Task { title, who, page, steps } in &texts.handoff {
        writeln!(table, "Task {{ title: {title:?}, who: {who:?}, page: {page:?}, steps: &{steps:?} }},")?;
    }
    table.push_str("];\n");
    Ok(table)
}

/// The rows as Rust, for `diagnose/table.rs`, in the order of the file.
fn rows(texts: &Texts) -> Result<String, Box<dyn Error>> {
    let mut table = String::from("/// The tables, and what each is about.\n");
    writeln!(table, "pub const TABLES: [(&str, &[Row]); {}] = [", texts.table.len())?;
    for Table { title, row } in &texts.table {
        let rows: Result<Vec<String>, String> = row.iter().map(|row| rust(row, texts)).collect();
        writeln!(table, "({title:?}, &[{}]),", rows?.join(",\n"))?;
    }
    let unknown = rust(&texts.unknown, texts)?;
    writeln!(table, "];\n/// What no row knows.\npub(super) static UNKNOWN: Row = {unknown};")?;
    Ok(table)
}

fn rust(row: &Row, Texts { source: sources, page: pages, .. }: &Texts) -> Result<String, String> {
    let Row { key, base, quotes, checked, what, why, cure, .. } = row;
    let source = sources.get(&row.source).ok_or_else(|| format!("{key}: no source {}", row.source))?;
    let signs: Result<Vec<String>, String> = row.signs.iter().map(|text| sign(text)).collect();
    let mut rust = format!(
        "Row {{ key: {key:?}, signs: &[{}], quotes: {quotes}, source: {source:?}, checked: {checked:?}, \
         words: Told {{ what: {what:?}, why: &{why:?}, cure: &{cure:?} }}, ",
        signs.map_err(|text| format!("{key}: what sign is {text:?}?"))?.join(", ")
    );
    let given =
        [("when: When", &row.when), ("who: Who", &row.who), ("goto: Goto", &row.goto), ("exit: Exit", &row.exit)];
    for (name, value) in given {
        rust.extend(value.iter().map(|value| format!("{name}::{value}, ")));
    }
    if let Some(name) = &row.page {
        let page = pages.get(name).ok_or_else(|| format!("{key}: no page {name}"))?;
        write!(rust, "page: Some({page:?}), ").map_err(|error| error.to_string())?;
    }
    rust.extend(row.label.iter().map(|label| format!("label: {label:?}, ")));
    rust.extend(row.wait.map(|seconds| format!("wait: Some(Duration::from_secs({seconds})), ")));
    if !row.blames.is_empty() {
        let blames: Vec<String> = row.blames.iter().map(|check| format!("CheckId::{check}")).collect();
        rust.extend(["blames: &[", &blames.join(", "), "], "]);
    }
    Ok(rust + &format!("..{} }}", base.to_uppercase().replace('-', "_")))
}

/// A sign as Rust.
fn sign(text: &str) -> Result<String, String> {
    let none = || text.to_owned();
    if let Some(number) = text.strip_prefix("AADSTS") {
        return Ok(format!("Sign::Aadsts({})", digits(number).ok_or_else(none)?));
    }
    let (by, rest) = text.split_once(' ').ok_or_else(none)?;
    let service = match by {
        "oauth" => return Ok(format!("Sign::Oauth({rest:?})")),
        "cause" => return Ok(format!("Sign::Cause(Cause::{rest})")),
        "Entra" => "Entra",
        "PC" => "PartnerCenter",
        "price" => "PartnerApi",
        "Octo" => "Octo",
        "keyring" => "Keyring",
        "vault" => "Vault",
        "key-vault" => "KeyVault",
        "disk" => "Disk",
        _ => return Err(none()),
    };
    if let Some(number) = digits(rest) {
        return Ok(format!("Sign::Number(Service::{service}, {number})"));
    }
    let (kind, value) = rest.split_once(' ').ok_or_else(none)?;
    Ok(match kind {
        "word" => format!("Sign::Word(Service::{service}, {value:?})"),
        "says" => format!("Sign::Says(Service::{service}, {value:?})"),
        "status" => format!("Sign::Status(Service::{service}, {})", digits(value).ok_or_else(none)?),
        "cause" => format!("Sign::CauseOf(Service::{service}, Cause::{value})"),
        _ => return Err(none()),
    })
}

/// A number as Rust has it: its digits by threes.
fn digits(text: &str) -> Option<String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let threes = text.as_bytes().rchunks(3).rev();
    Some(threes.map(String::from_utf8_lossy).collect::<Vec<_>>().join("_"))
}

fn name_what_is_built() {
    println!("cargo::rerun-if-env-changed=OCTO_CSP_COMMIT");
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let release = variable("PROFILE").is_some_and(|profile| profile == "release");
    let commit = variable("OCTO_CSP_COMMIT")
        .or_else(|| if release { commit() } else { Some("none, a development build".to_owned()) });
    let rustc = variable("RUSTC").and_then(|rustc| said(&rustc, &["--version"]));
    for (name, value) in [("COMMIT", commit), ("TARGET", variable("TARGET")), ("RUSTC", rustc)] {
        let value = value.unwrap_or_else(|| "unknown".to_owned());
        println!("cargo::rustc-env=OCTO_CSP_{name}={value}");
    }
}

/// The commit of this very folder, not of a repository that sources were unpacked into.
fn commit() -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    // A checkout changes the first, a commit the second. A file that is not there would be taken as changed for ever.
    for name in ["HEAD", "logs/HEAD"] {
        let path = said("git", &["rev-parse", "--git-path", name])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    said("git", &["rev-parse", "--short=12", "HEAD"])
}

/// The first line of what a program says, if it can be run and is content.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.to_owned();
    output.status.success().then_some(line)
}
