//! `octo-csp list`: the registrations of a store, one line each, as their journals alone tell them. One question for the names, one for
//! each row that is shown.

use crate::cli::{CloudName, List, Which};
use crate::commands::context::{self, CommandContext, Target};
use crate::commands::error::{CommandError, diagnosed};
use crate::exit::Exit;
use crate::report::identity::Identity;
use crate::report::list::{self, Page, Row};
use crate::report::status::Found;

/// Rows of a page.
const PAGE: usize = 50;

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &List) -> Result<Exit, CommandError> {
    let List { json, all, page, sandbox, ref store, ref cloud } = *arguments;
    let (store, cloud) = (store.clone(), cloud.clone());
    let target = Target::sealed(context, &Which { sandbox, cloud, store, ..Which::default() })?;
    let shelf = target.shelf();
    let mut names = shelf.names().await?;
    let one_cloud = arguments.cloud.cloud_file.is_some() || !matches!(arguments.cloud.cloud, CloudName::Global);
    names.retain(|name| (!one_cloud || target.has_in_cloud(name)) && (!sandbox || context::is_sandbox(name)));
    let total = names.len();
    let pages = if all { 1 } else { total.div_ceil(PAGE).max(1) };
    let first = if all { 0 } else { page.saturating_sub(1).saturating_mul(PAGE) };
    if first >= total && page > 1 {
        return Err(CommandError::usage(format!("the last page is page {pages}")));
    }
    let shown: Vec<String> = names.into_iter().skip(first).take(if all { total } else { PAGE }).collect();
    let read = shelf.as_written_all(&shown).await;
    let mut rows = Vec::new();
    for (name, read) in shown.iter().zip(read) {
        rows.push(match read {
            Ok(opened) => {
                let identity = target.identity_among(context, name, &opened.registration);
                Row::Read(Box::new(Found { identity, opened, items: Vec::new() }))
            }
            Err(failure) => {
                let identity = Identity::of(name, &<_>::default());
                Row::Unread(Box::new((identity, diagnosed(context.host, *failure))))
            }
        });
    }
    let found = Page { rows, first, total, number: page, pages };
    let next = context.host.command(&format!("list --page {}", page.saturating_add(1)));
    let text = if json { list::in_json(&found) } else { list::text(&found, &next) };
    context.print(&text);
    Ok(list::exit(&found))
}
