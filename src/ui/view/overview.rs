//! A registration is there: what it is, and what can be done with it. Nothing is overwritten silently.

use crate::report::submit::handed_over;
use crate::ui::page::{Block, Item, Page, Row, Tone};
use crate::ui::view::{done, notice};
use crate::ui::wizard::{Wizard, clock_text};

const LABEL: u16 = 22;

pub(super) fn page(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new("Registered");
    notice(wizard, &mut page);
    let Some(active) = &wizard.registration.active else {
        return page;
    };
    let name = wizard
        .registration
        .name
        .as_ref()
        .map_or_else(|| "(no name)".to_owned(), ToString::to_string);
    let mut add =
        |label: &str, value: String| page.row(Row::pair(label, LABEL, Tone::Value, value));
    add("Registered", name);
    add("Environment", wizard.environment.title().to_owned());
    if let Some((proof, _)) = &active.partner_center {
        if let Some(company) = &proof.company {
            add("Partner", company.to_string());
        }
        add("Directory (tenant) ID", proof.tenant.to_string());
        add("Application ID", proof.application.to_string());
    }
    if let Some((api, _)) = &active.partner_api {
        if let Some(mpn) = &api.mpn {
            add("MPN ID (PartnerID)", mpn.to_string());
        }
        if let Some(user) = &api.user {
            add("Signed in as", user.to_string());
        }
    }
    if let Some(at) = wizard.registration.checked_at {
        add("Last checked", clock_text(at, &wizard.setting.zone));
    }
    if wizard.may_submit() {
        add("Octo", handed_over(&wizard.registration));
    }
    page.rows(done::dates(wizard, active).into_iter().skip(1));
    page.gap();
    page.row(Row::of(Tone::Title, "What should be done?").at(1));
    for (index, choice) in wizard.choices().into_iter().enumerate() {
        let (title, about) = choice.words();
        let focused = wizard.focus == index;
        page.blocks.push(Block::Item(Item {
            mark: None,
            text: title.to_owned(),
            focused,
            below: vec![Row::of(Tone::Muted, about).at(5)],
        }));
    }
    page.hint("Up Down", "move");
    page.hint("Enter", "choose");
    page.hint("h", "hand-off note");
    page.hint("Ctrl-C", "leave");
    page.hint("?", "help");
    page
}
