//! The fold, the form of a line, and what survives a torn or damaged file.

use proptest::prelude::*;

use super::*;
use crate::words::store::VAULT_FILE;

const APP: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";
const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

fn item(attempt: u64, kind: Kind, serial: u32) -> ItemName {
    ItemName { slot: Slot::A, attempt: AttemptId(attempt), kind, serial }
}

fn named(name: Option<&str>) -> Fact {
    Fact::Named { name: name.map(|name| AccountName::parse(name).unwrap()) }
}

fn began(attempt: u64) -> Fact {
    Fact::Began { attempt: AttemptId(attempt), slot: Slot::A, base: 7 }
}

fn partner_center() -> PartnerCenterProof {
    PartnerCenterProof {
        tenant: TenantId::parse(TENANT).unwrap().value,
        domain: Some(Domain::parse("contoso.onmicrosoft.com").unwrap().value),
        application: ClientId::parse(APP).unwrap().value,
        company: Some(UntrustedText::new("Contoso 本番 \"x\" \\ y")),
        country: None,
        currency: Some(UntrustedText::new("EUR")),
        balance_date: Some(UntrustedText::new("2026-04-30")),
        secret_ends: Some("2027-05-14".parse().unwrap()),
        found: Vec::new(),
    }
}

fn partner_api() -> PartnerApiProof {
    PartnerApiProof {
        user: Some(UntrustedText::new("admin@contoso.com")),
        mfa: None,
        mpn: Some(MpnId::parse("6212345").unwrap().value),
        domain: None,
        company: Some(UntrustedText::new("Contoso")),
        currency: Some(UntrustedText::new("EUR")),
        redirect: redirect(),
        prices: true,
        found: Vec::new(),
    }
}

fn redirect() -> RedirectAddress {
    RedirectAddress::parse("http://localhost:8400/").unwrap()
}

fn submitting(anew: bool) -> Fact {
    Fact::Submitting {
        host: UntrustedText::new("api.alphaus.cloud"),
        target: TenantId::parse(TENANT).unwrap().value,
        anew,
    }
}

/// Every kind of fact once, about one attempt.
fn every_fact(id: u64) -> Vec<Fact> {
    let attempt = AttemptId(id);
    let token = item(id, Kind::RefreshToken, 1);
    vec![
        named(Some("Contoso")),
        named(None),
        began(id),
        Fact::PartnerCenterProven { attempt, proof: Box::new(partner_center()) },
        Fact::Consenting { attempt, redirect: redirect() },
        Fact::Redeeming { attempt },
        Fact::Keeping { item: token.clone() },
        Fact::Kept { item: token },
        Fact::PartnerApiProven { attempt, proof: Box::new(partner_api()) },
        Fact::Activated { attempt, slot: Slot::A },
        Fact::RolledBack { attempt, reopened: false },
        Fact::RolledBack { attempt, reopened: true },
        Fact::Replacing { attempt, slot: Slot::A, base: 7 },
        Fact::Naming { attempt, name: Some(AccountName::parse("Fabrikam").unwrap()) },
        Fact::Closed { attempt },
        Fact::Dropped { items: vec![item(id, Kind::SignIn, 1)] },
        Fact::Retiring { attempt },
        Fact::Retired { attempt },
        Fact::NotSubmitted,
        submitting(true),
        Fact::Submitted { part: Part::Payer, attempt, name: Some(AccountName::parse("Contoso").unwrap()) },
        Fact::Submitted { part: Part::Mpn, attempt, name: None },
        Fact::Checked {
            step: Step::PartnerApi,
            lines: vec![CheckLine { check: UntrustedText::new("mpn"), said: UntrustedText::new("6212345, Contoso") }],
        },
        Fact::Stored { store: (&VAULT_FILE).into() },
        Fact::Forgetting,
    ]
}

fn lines(facts: &[Fact]) -> Vec<Line> {
    (1_u64..)
        .zip(facts)
        .map(|(sequence, fact)| Line { sequence, at: at(i64::try_from(sequence).unwrap()), fact: fact.clone() })
        .collect()
}

fn fold(facts: &[Fact]) -> Registration {
    Registration::fold(&lines(facts))
}

fn file(facts: &[Fact]) -> Vec<u8> {
    lines(facts).iter().flat_map(|line| write_line(line).into_bytes()).collect()
}

/// An attempt in slot A that was activated.
fn activated(id: u64) -> Vec<Fact> {
    let attempt = AttemptId(id);
    vec![began(id), Fact::Activated { attempt, slot: Slot::A }]
}

// ---- the fold ----

#[test]
fn nothing_folds_to_nothing() {
    let nothing = fold(&[]);
    assert_eq!(nothing, Registration::default());
    assert_eq!(nothing.open_step(), Step::Basic);
    assert_eq!(nothing.active_sequence(), 0);
    assert_eq!(nothing.next_attempt(), (AttemptId(1), Slot::A));
}

#[test]
fn a_name_is_the_last_one_given_and_empty_counts_as_given() {
    let registration = fold(&[named(Some("A")), named(Some("B"))]);
    assert_eq!(registration.name.as_ref().unwrap().as_str(), "B");
    let registration = fold(&[named(Some("A")), named(None)]);
    assert!(registration.named && registration.name.is_none());
    assert_eq!(registration.open_step(), Step::PartnerCenter);
}

#[test]
fn an_attempt_is_open_from_its_beginning() {
    let registration = fold(&[named(None), began(2)]);
    let open = registration.open.as_ref().unwrap();
    assert_eq!((open.id, open.slot, open.base), (AttemptId(2), Slot::A, 7));
    assert_eq!(open.began_at, at(2));
    assert_eq!(registration.open_step(), Step::PartnerCenter);
}

#[test]
fn another_attempt_closes_the_open_one() {
    let registration = fold(&[began(1), began(2)]);
    assert_eq!(registration.open.unwrap().id, AttemptId(2));
    assert_eq!(registration.closed[0].id, AttemptId(1));
}

#[test]
fn proofs_belong_to_the_open_attempt_only() {
    let proven = |id| Fact::PartnerCenterProven { attempt: AttemptId(id), proof: Box::new(partner_center()) };
    let registration = fold(&[began(1), proven(1)]);
    assert_eq!(registration.open_step(), Step::PartnerApi);
    let open = registration.open.unwrap();
    assert_eq!(open.partner_center, Some((partner_center(), at(2))));
    assert!(fold(&[began(1), proven(2)]).open.unwrap().partner_center.is_none());
    let facts = [began(1), Fact::PartnerApiProven { attempt: AttemptId(1), proof: Box::new(partner_api()) }];
    let open = fold(&facts).open.unwrap();
    assert_eq!(open.partner_api, Some((partner_api(), at(2))));
}

#[test]
fn an_item_counts_once_it_is_kept_and_the_newest_counts() {
    let [one, two] = [1, 2].map(|serial| item(1, Kind::RefreshToken, serial));
    let mut facts = vec![began(1), Fact::Keeping { item: one.clone() }];
    let open = fold(&facts).open.unwrap();
    assert_eq!(open.item(Kind::RefreshToken), None);
    assert_eq!(open.all_items(), vec![one.clone()]);
    assert_eq!(open.next_item(Kind::RefreshToken), two);
    facts.push(Fact::Kept { item: one.clone() });
    facts.push(Fact::Keeping { item: two.clone() });
    let open = fold(&facts).open.unwrap();
    assert_eq!(open.item(Kind::RefreshToken), Some(&one));
    facts.push(Fact::Kept { item: two.clone() });
    let open = fold(&facts).open.unwrap();
    assert_eq!(open.item(Kind::RefreshToken), Some(&two));
    assert_eq!(open.set(), vec![two.clone()]);
    assert_eq!(open.all_items(), vec![one, two]);
    assert_eq!(open.item(Kind::Manifest), None);
}

#[test]
fn what_was_never_about_to_be_kept_is_not_kept() {
    let token = item(1, Kind::RefreshToken, 1);
    let open = fold(&[began(1), Fact::Kept { item: token }]).open.unwrap();
    assert!(open.items.is_empty());
}

#[test]
fn whether_a_code_was_used_is_uncertain_from_its_sending_until_its_token_is_kept() {
    let attempt = AttemptId(1);
    let consenting = Fact::Consenting { attempt, redirect: redirect() };
    let keep = |serial| {
        let item = item(1, Kind::RefreshToken, serial);
        [Fact::Keeping { item: item.clone() }, Fact::Kept { item }]
    };
    let mut facts = vec![began(1), consenting.clone()];
    let uncertain = |facts: &[Fact]| fold(facts).open.unwrap().code_uncertain();
    assert!(!uncertain(&facts));
    facts.push(Fact::Redeeming { attempt });
    assert!(uncertain(&facts));
    facts.extend(keep(1));
    assert!(!uncertain(&facts));
    // A second sign-in of the same attempt: the token of the first says nothing about its code.
    facts.push(consenting);
    assert!(!uncertain(&facts));
    facts.push(Fact::Redeeming { attempt });
    assert!(uncertain(&facts));
    facts.extend(keep(2));
    assert!(!uncertain(&facts));
    // A rotated token changes nothing.
    facts.extend(keep(3));
    assert!(!uncertain(&facts));
}

#[test]
fn a_new_sign_in_needs_a_new_proof() {
    let attempt = AttemptId(1);
    let facts = [
        began(1),
        Fact::PartnerApiProven { attempt, proof: Box::new(partner_api()) },
        Fact::Redeeming { attempt },
        Fact::Consenting { attempt, redirect: redirect() },
    ];
    let open = fold(&facts).open.unwrap();
    assert!(open.partner_api.is_none() && open.redeeming.is_none());
    assert_eq!(open.consenting, Some((redirect(), at(4))));
}

#[test]
fn the_commit_makes_the_open_attempt_active_and_the_active_one_previous() {
    let facts = [activated(1), activated(2), activated(3)].concat();
    let registration = fold(&facts);
    assert_eq!(registration.active.as_ref().unwrap().id, AttemptId(3));
    assert_eq!(registration.previous.as_ref().unwrap().id, AttemptId(2));
    assert_eq!(registration.closed[0].id, AttemptId(1));
    assert!(registration.open.is_none());
    assert_eq!(registration.active_sequence(), 6);
    assert_eq!(registration.checked_at, Some(at(6)));
    assert_eq!(registration.next_attempt(), (AttemptId(7), Slot::B));
}

#[test]
fn only_the_open_attempt_can_be_committed() {
    let facts = [began(1), Fact::Activated { attempt: AttemptId(9), slot: Slot::A }];
    let registration = fold(&facts);
    assert!(registration.active.is_none() && registration.open.is_some());
}

#[test]
fn rolling_back_brings_the_previous_set_back() {
    let mut facts = [activated(1), activated(2)].concat();
    facts.push(Fact::RolledBack { attempt: AttemptId(2), reopened: false });
    let registration = fold(&facts);
    assert_eq!(registration.active.as_ref().unwrap().id, AttemptId(1));
    assert_eq!(registration.active_sequence(), 2);
    assert!(registration.previous.is_none());
    assert_eq!(registration.closed[0].id, AttemptId(2));
    // Once is enough, and the first set has nothing before it.
    facts.push(Fact::RolledBack { attempt: AttemptId(2), reopened: false });
    assert_eq!(fold(&facts).active, registration.active);
}

#[test]
fn an_attempt_that_is_reopened_can_be_committed_again_on_the_same_base() {
    let attempt = AttemptId(2);
    let mut facts = [activated(1), activated(2)].concat();
    facts.push(Fact::RolledBack { attempt, reopened: true });
    let registration = fold(&facts);
    let open = registration.open.as_ref().unwrap();
    assert_eq!((open.id, open.activated), (attempt, None));
    assert_eq!(registration.active_sequence(), 2);
    assert!(registration.closed.is_empty());
    facts.push(Fact::Activated { attempt, slot: Slot::B });
    assert_eq!(fold(&facts).active.unwrap().id, attempt);
    // A line of an earlier version says nothing of it, and gave the attempt up.
    let read: Fact = serde_json::from_str(r#"{"fact":"rolled-back","attempt":2}"#).unwrap();
    assert_eq!(read, Fact::RolledBack { attempt, reopened: false });
    assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"fact":"rolled-back","attempt":2}"#);
}

#[test]
fn a_closed_attempt_is_remembered_until_it_is_retired() {
    let attempt = AttemptId(1);
    let mut facts = vec![began(1), Fact::Closed { attempt }];
    assert_eq!(fold(&facts).closed.len(), 1);
    assert!(fold(&facts).open.is_none());
    facts.push(Fact::Retiring { attempt });
    assert!(fold(&facts).closed[0].retiring);
    facts.push(Fact::Retired { attempt });
    assert!(fold(&facts).closed.is_empty());
}

/// What a value of a Key Vault takes is 25 KB, and a fold is to fit in however often somebody began anew.
#[test]
fn a_fold_is_as_long_after_two_hundred_attempts_that_were_given_up_as_after_twenty() {
    let given_up = |id: u64| {
        let attempt = AttemptId(id);
        let items = [Kind::PartnerCenterSecret, Kind::SignIn, Kind::RefreshToken].map(|kind| item(id, kind, 1));
        let kept = items.into_iter().flat_map(|item| [Fact::Keeping { item: item.clone() }, Fact::Kept { item }]);
        let proven = Fact::PartnerCenterProven { attempt, proof: Box::new(partner_center()) };
        let gone = [Fact::Closed { attempt }, Fact::Retiring { attempt }, Fact::Retired { attempt }];
        [vec![began(id), proven], kept.collect(), gone.to_vec()].concat()
    };
    let length = |attempts: u64| {
        let mut facts: Vec<Fact> = (1_000..1_000 + attempts).flat_map(given_up).collect();
        // The last one is given up, and still there: what it proved is of no use any more.
        facts.truncate(facts.len() - 2);
        let fold = fold(&facts);
        assert_eq!(fold.closed[0].items.len(), 3);
        assert!(fold.closed[0].partner_center.is_none());
        write_line(&fold.snapshot(at(9))).len()
    };
    let (few, many) = (length(20), length(200));
    assert!(many < few + 10 && many < 5_000, "{few}, {many}");
}

#[test]
fn the_previous_set_is_retired_and_the_active_one_never() {
    let mut facts = [activated(1), activated(2)].concat();
    for attempt in [1, 2].map(AttemptId) {
        facts.push(Fact::Retiring { attempt });
        facts.push(Fact::Retired { attempt });
    }
    let registration = fold(&facts);
    assert!(registration.previous.is_none());
    assert_eq!(registration.active.unwrap().id, AttemptId(2));
}

/// An active set with refresh tokens 1 to `newest`, all kept but those of `unkept`, and two sign-ins that are over.
fn rotated(newest: u32, unkept: &[u32]) -> Registration {
    let mut facts = vec![began(1)];
    let items = (1..=2).map(|serial| item(1, Kind::SignIn, serial));
    for item in items.chain((1..=newest).map(|serial| item(1, Kind::RefreshToken, serial))) {
        facts.push(Fact::Keeping { item: item.clone() });
        if item.kind == Kind::SignIn || !unkept.contains(&item.serial) {
            facts.push(Fact::Kept { item });
        }
    }
    facts.push(Fact::Activated { attempt: AttemptId(1), slot: Slot::A });
    fold(&facts)
}

fn refresh_tokens(items: &[ItemName]) -> Vec<u32> {
    let tokens = items.iter().filter(|item| item.kind == Kind::RefreshToken);
    tokens.map(|item| item.serial).collect()
}

#[test]
fn the_newest_two_tokens_that_were_kept_are_never_superseded() {
    for (newest, unkept, wanted) in [
        (1, &[][..], &[][..]),
        (2, &[], &[]),
        (4, &[], &[1, 2]),
        (4, &[4], &[1]),
        (4, &[3], &[1]),
        (4, &[2, 3, 4], &[]),
        (5, &[1, 4], &[1, 2]),
    ] {
        let active = rotated(newest, unkept).active.unwrap();
        assert_eq!(refresh_tokens(&active.superseded()), wanted, "{newest} {unkept:?}");
    }
}

#[test]
fn what_was_dropped_is_forgotten_but_no_serial_is_given_again() {
    let mut registration = rotated(4, &[]);
    let active = registration.active.clone().unwrap();
    let items = active.superseded();
    assert_eq!(items.len(), 4, "{items:?}");
    registration.apply(&Line { sequence: 99, at: at(99), fact: Fact::Dropped { items } });
    let after = registration.active.unwrap();
    assert_eq!(after.set(), active.set());
    assert!(after.superseded().is_empty());
    assert_eq!(refresh_tokens(&after.all_items()), [3, 4]);
    assert_eq!(after.item(Kind::SignIn), None);
    assert_eq!(after.next_item(Kind::SignIn).serial, 3);
    assert_eq!(after.next_item(Kind::RefreshToken).serial, 5);
}

#[test]
fn a_set_that_was_active_names_its_access_tokens_among_its_items() {
    let registration = fold(&[activated(1), vec![began(5)]].concat());
    let active = registration.active.unwrap();
    assert_eq!(active.all_items(), active.access_tokens());
    assert!(registration.open.unwrap().all_items().is_empty());
    assert!(active.set().is_empty());
}

#[test]
fn a_check_is_remembered() {
    let checked = Fact::Checked { step: Step::PartnerApi, lines: Vec::new() };
    assert_eq!(fold(&[checked]).checked_at, Some(at(1)));
}

#[test]
fn a_set_is_complete_with_both_proofs_two_secrets_and_the_manifest() {
    let attempt = AttemptId(1);
    let keep = |kind| {
        let item = item(1, kind, 1);
        [Fact::Keeping { item: item.clone() }, Fact::Kept { item }]
    };
    let mut facts = vec![began(1)];
    let parts = [
        keep(Kind::PartnerCenterSecret).to_vec(),
        vec![Fact::PartnerCenterProven { attempt, proof: Box::new(partner_center()) }],
        keep(Kind::RefreshToken).to_vec(),
        vec![Fact::PartnerApiProven { attempt, proof: Box::new(partner_api()) }],
        keep(Kind::Manifest).to_vec(),
    ];
    for part in &parts {
        assert!(!fold(&facts).open.unwrap().complete());
        facts.extend(part.iter().cloned());
    }
    let open = fold(&facts).open.unwrap();
    assert!(open.complete());
    assert_eq!(open.set()[0].kind, Kind::Manifest);
    for missing in 0..parts.len() {
        let others = parts.iter().enumerate().filter(|(i, _)| *i != missing);
        let facts: Vec<Fact> = [began(1)].into_iter().chain(others.flat_map(|(_, part)| part.clone())).collect();
        assert!(!fold(&facts).open.unwrap().complete(), "{missing}");
    }
}

// ---- lines ----

#[test]
fn every_fact_is_read_as_it_was_written() {
    for line in lines(&every_fact(3)) {
        let text = write_line(&line);
        let bare = text.strip_suffix('\n').unwrap();
        assert!(!bare.contains('\n'));
        assert_eq!(read_line(bare.as_bytes()), Read::Line(line));
    }
}

#[test]
fn the_form_of_a_line_does_not_change() {
    let line = &lines(&[began(1)])[0];
    assert_eq!(
        write_line(line),
        "cc4e177d {\"v\":1,\"seq\":1,\"at\":\"2026-05-28T20:26:41Z\",\"fact\":\"began\",\"attempt\":1,\"slot\":\"A\",\"base\":7}\n"
    );
}

#[test]
fn no_fact_of_an_items_name_is_ambiguous() {
    let name = item(12, Kind::PartnerCenterSecret, 3);
    assert_eq!(name.to_string(), "partner-center-secret/A/12/3");
}

#[test]
fn a_change_of_any_byte_is_noticed() {
    let text = write_line(&lines(&every_fact(3))[3]);
    let bare = text.trim_end().as_bytes();
    for index in 0..bare.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut changed = bare.to_vec();
            changed[index] ^= flip;
            assert_eq!(read_line(&changed), Read::Broken, "{index} {flip}");
        }
    }
}

#[test]
fn a_newer_version_is_noticed_whatever_else_it_says() {
    for json in [
        r#"{"v":2}"#,
        r#"{"v":2,"seq":1,"at":"2026-05-14T10:05:00Z","fact":"danced"}"#,
        r#"{"v":4294967295,"fact":{}}"#,
    ] {
        let text = format!("{:08x} {json}", crc32fast::hash(json.as_bytes()));
        assert_eq!(read_line(text.as_bytes()), Read::Newer, "{json}");
    }
    for json in [r#"{"v":0}"#, r#"{"v":1}"#, r#"{"v":1,"seq":1,"fact":"danced"}"#, "[]"] {
        let text = format!("{:08x} {json}", crc32fast::hash(json.as_bytes()));
        assert_eq!(read_line(text.as_bytes()), Read::Broken, "{json}");
    }
}

// ---- files ----

#[test]
fn every_prefix_of_a_file_recovers_to_the_lines_that_are_whole() {
    let facts = every_fact(3);
    let whole = file(&facts);
    for end in 0..=whole.len() {
        let prefix = &whole[..end];
        let contents = read_file(prefix);
        let ends = prefix.split(|byte| *byte == b'\n').count() - 1;
        assert_eq!(contents.lines, lines(&facts)[..ends]);
        assert!(!contents.damaged && !contents.newer);
        let last = prefix.iter().rposition(|byte| *byte == b'\n');
        assert_eq!(contents.good_bytes, last.map_or(0, |last| last + 1));
    }
}

#[test]
fn a_torn_last_line_with_its_line_end_is_no_damage() {
    let mut bytes = file(&[named(None)]);
    let good = bytes.len();
    bytes.extend(b"12345678 {\"v\":1\n");
    let contents = read_file(&bytes);
    assert_eq!((contents.good_bytes, contents.damaged), (good, false));
    assert_eq!(contents.lines.len(), 1);
}

#[test]
fn a_line_that_is_broken_doubled_or_missing_in_the_middle_is_damage() {
    let all = lines(&[named(None), began(2), named(None), named(None)]);
    let text = |numbers: &[usize]| -> Vec<u8> {
        let texts = numbers.iter().map(|number| write_line(&all[*number]));
        texts.flat_map(String::into_bytes).collect()
    };
    for numbers in [&[0, 2, 3][..], &[0, 0, 1], &[1, 2, 3], &[0, 2, 1]] {
        assert!(read_file(&text(numbers)).damaged, "{numbers:?}");
    }
    let broken = [text(&[0]), b"x\n".to_vec(), text(&[1])].concat();
    assert!(read_file(&broken).damaged);
}

#[test]
fn a_newer_line_is_noticed_wherever_it_is() {
    let json = r#"{"v":2,"seq":18446744073709551615}"#;
    let newer = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).into_bytes();
    let mut last = lines(&[named(None)]);
    last[0].sequence = u64::MAX;
    let last = write_line(&last[0]).into_bytes();
    let ours = file(&[named(None)]);
    for parts in [vec![&newer], vec![&ours, &newer], vec![&newer, &ours], vec![&newer, &last, &last, &ours]] {
        let bytes: Vec<u8> = parts.into_iter().flatten().copied().collect();
        let contents = read_file(&bytes);
        assert!(contents.newer);
        assert_eq!(contents.good_bytes, bytes.len());
    }
}

/// What the first version reads of a line that it does not know: see its `read_line`.
#[test]
fn a_program_that_knows_no_snapshot_takes_it_for_a_newer_versions() {
    let text = write_line(&Registration::fold(&lines(&every_fact(1))).snapshot(at(9)));
    let (sum, json) = text.trim_end().split_once(' ').unwrap();
    assert_eq!(sum, format!("{:08x}", crc32fast::hash(json.as_bytes())));
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!((value["v"].as_u64(), value["fact"].as_str()), (Some(2), Some("snapshot")));
    // A snapshot of the first version's number, or a line of a snapshot's, is nobody's.
    let wrong = json.replacen("\"v\":2", "\"v\":1", 1);
    assert_eq!(read_line(format!("{:08x} {wrong}", crc32fast::hash(wrong.as_bytes())).as_bytes()), Read::Broken);
    // It is the first line or damage.
    let named = write_line(&lines(&[named(None)])[0]);
    assert!(read_file(format!("{named}{text}{named}").as_bytes()).damaged);
}

#[test]
fn a_replacement_is_a_newer_versions_to_every_program_that_knows_none() {
    let attempt = AttemptId(1);
    let version = |line: &Line| {
        let text = write_line(line);
        assert_eq!(read_line(text.trim_end().as_bytes()), Read::Line(line.clone()));
        let (_, json) = text.split_once(' ').unwrap();
        serde_json::from_str::<serde_json::Value>(json).unwrap()["v"].as_u64().unwrap()
    };
    let replacing = Fact::Replacing { attempt, slot: Slot::B, base: 0 };
    let mut facts = vec![replacing, Fact::Naming { attempt, name: None }];
    assert_eq!(lines(&facts).iter().map(version).collect::<Vec<_>>(), [2, 2]);
    let held = fold(&facts);
    assert_eq!(version(&held.snapshot(at(9))), 3, "one that knows snapshots would not see it in there");
    assert_eq!(Registration::fold([&held.snapshot(at(9))]), held);
    facts.push(Fact::Closed { attempt });
    assert_eq!(version(&Registration { closed: Vec::new(), ..fold(&facts) }.snapshot(at(9))), 2);
}

#[test]
fn a_name_counts_with_the_replacement_that_brings_it_and_goes_with_it() {
    let name = |text: &str| AccountName::parse(text).ok();
    let attempt = AttemptId(5);
    let mut facts = activated(1);
    facts.push(Fact::Named { name: name("Contoso") });
    facts.push(Fact::Replacing { attempt, slot: Slot::B, base: 2 });
    facts.push(Fact::Naming { attempt, name: name("Fabrikam") });
    let begun = fold(&facts);
    assert_eq!((&begun.name, begun.name_to_be()), (&name("Contoso"), name("Fabrikam").as_ref()));
    assert_eq!(begun.naming(name("Fabrikam")), None);
    assert_eq!(begun.naming(None), Some(Fact::Naming { attempt, name: None }));
    let and = |facts: &[Fact], fact: Fact| fold(&[facts, &[fact]].concat());
    assert_eq!(and(&facts, Fact::Closed { attempt }).name, name("Contoso"));
    facts.push(Fact::Activated { attempt, slot: Slot::B });
    assert_eq!(fold(&facts).name, name("Fabrikam"));
    let back = and(&facts, Fact::RolledBack { attempt, reopened: true });
    assert_eq!((&back.name, back.name_to_be()), (&name("Contoso"), name("Fabrikam").as_ref()));
}

#[test]
fn a_name_of_a_registration_is_the_environment_and_for_another_cloud_its_host() {
    assert_eq!(registration_name(Environment::Production, None, None), "production");
    assert_eq!(registration_name(Environment::Sandbox, Some("login.example"), None), "sandbox-at-login.example");
}

#[test]
fn a_check_of_an_earlier_version_has_no_lines_and_is_read() {
    let json = r#"{"v":1,"seq":3,"at":"2026-05-01T10:00:00Z","fact":"checked","step":"partner-api"}"#;
    let line = format!("{:08x} {json}", crc32fast::hash(json.as_bytes()));
    let Read::Line(line) = read_line(line.as_bytes()) else {
        panic!("not read");
    };
    let registration = Registration::fold([&line]);
    assert!(registration.good_runs.get(&Step::PartnerApi).unwrap().lines.is_empty());
    assert_eq!(registration.checked_at, Some(line.at));
    assert!(write_line(&line).ends_with("\"step\":\"partner-api\"}\n"));
}

#[test]
fn a_token_that_was_copied_is_as_old_as_its_original() {
    let token = |attempt| item(attempt, Kind::RefreshToken, 1);
    let kept = |attempt| {
        let item = token(attempt);
        [Fact::Keeping { item: item.clone() }, Fact::Kept { item }]
    };
    let mut facts = vec![began(1), Fact::Redeeming { attempt: AttemptId(1) }];
    facts.extend(kept(1));
    facts.push(Fact::Activated { attempt: AttemptId(1), slot: Slot::A });
    facts.push(began(6));
    facts.extend(kept(6));
    let all = lines(&facts);
    let registration = Registration::fold(&all);
    let issued = registration.active.unwrap().token_at;
    assert_eq!(issued, Some(at(4)));
    assert_eq!(registration.open.unwrap().token_at, issued);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let contents = read_file(&bytes);
        prop_assert!(contents.good_bytes <= bytes.len());
        prop_assert_ne!(read_line(&bytes), Read::Newer);
    }

    #[test]
    fn a_file_with_any_change_never_yields_a_line_that_was_not_written(
        place in any::<prop::sample::Index>(),
        junk in prop::collection::vec(any::<u8>(), 0..20),
        removed in 0_usize..200,
    ) {
        let written = lines(&every_fact(3));
        let mut bytes = file(&every_fact(3));
        let start = place.index(bytes.len());
        let end = (start + removed).min(bytes.len());
        bytes.splice(start..end, junk);
        let contents = read_file(&bytes);
        prop_assert!(contents.lines.iter().all(|line| written.contains(line)));
        prop_assert!(contents.good_bytes <= bytes.len());
        // What is not known to be damaged is a beginning of what was written.
        if !contents.damaged {
            prop_assert_eq!(&contents.lines[..], &written[..contents.lines.len()]);
        }
    }

    #[test]
    fn facts_in_any_order_fold_without_a_panic_and_keep_the_invariants(
        choices in prop::collection::vec((0_usize..16, 1_u64..5), 0..60)
    ) {
        let facts: Vec<Fact> = choices
            .into_iter()
            .map(|(which, attempt)| every_fact(attempt).swap_remove(which))
            .collect();
        let mut registration = Registration::default();
        for line in lines(&facts) {
            let before = registration.active.as_ref().map(|active| active.id);
            registration.apply(&line);
            let after = registration.active.as_ref().map(|active| active.id);
            let commits = matches!(line.fact, Fact::Activated { .. } | Fact::RolledBack { .. });
            prop_assert!(before == after || commits);
            prop_assert!(registration.active.iter().all(|active| active.activated.is_some()));
            prop_assert_eq!(registration.sequence, line.sequence);
        }
        let (next, slot) = registration.next_attempt();
        prop_assert!(registration.open.iter().all(|open| open.id != next) || next.0 < 5);
        prop_assert!(registration.active.iter().all(|active| active.slot != slot));
        prop_assert_eq!(read_file(&file(&facts)).lines, lines(&facts));
    }

    #[test]
    fn a_journal_that_was_made_shorter_folds_to_the_same(
        choices in prop::collection::vec((0_usize..23, 1_u64..5), 1..60),
        places in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let facts: Vec<Fact> =
            choices.into_iter().map(|(which, attempt)| every_fact(attempt).swap_remove(which)).collect();
        let whole = lines(&facts);
        let expected = Registration::fold(&whole);
        let mut cuts: Vec<usize> = places.iter().map(|place| place.index(whole.len()) + 1).collect();
        cuts.sort_unstable();
        // Made shorter again and again, each time from what the bytes say.
        let mut bytes = Vec::new();
        let mut from = 0;
        for cut in cuts {
            bytes.extend(whole[from..cut].iter().flat_map(|line| write_line(line).into_bytes()));
            from = cut;
            let contents = read_file(&bytes);
            prop_assert!(!contents.damaged && !contents.newer && contents.good_bytes == bytes.len());
            let folded = Registration::fold(&contents.lines);
            prop_assert_eq!(&folded, &Registration::fold(&whole[..cut]));
            let snapshot = folded.snapshot(at(99));
            bytes = write_line(&snapshot).into_bytes();
            prop_assert_eq!(read_file(&bytes).lines, vec![snapshot]);
        }
        bytes.extend(whole[from..].iter().flat_map(|line| write_line(line).into_bytes()));
        let contents = read_file(&bytes);
        prop_assert!(!contents.damaged && !contents.newer && contents.good_bytes == bytes.len());
        prop_assert_eq!(Registration::fold(&contents.lines), expected);
    }
}
