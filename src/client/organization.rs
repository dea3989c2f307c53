//! The organization of a key that was given without one: asked for once, and taken where there is exactly one.

use super::scrub::Scrub;
use super::{CallOptions, Client};
use crate::contract::{self, Operation};
use crate::error::Error;
use crate::host::Host;
use crate::request::Arguments;

/// So many organizations are listed.
const LISTED: usize = 20;

/// So many characters of a name or an id are shown.
const SHOWN: usize = 60;

impl<H: Host> Client<H> {
    /// Asks, once, which organization the key belongs to.
    pub(super) async fn only_organization(
        &self,
        operation: &'static Operation,
        options: &CallOptions,
    ) -> Result<String, Box<Error>> {
        let _turn = self.asking.take(&mut 0).await;
        if let Some(known) = self.organization.borrow().clone() {
            return Ok(known);
        }
        let all = self.call(&contract::ORGANIZATIONS_LIST, &Arguments::default(), options).await?;
        let organizations = self.by_id(&all.data);
        let message = match organizations.as_slice() {
            [(only, _)] => {
                *self.organization.borrow_mut() = Some(only.clone());
                return Ok(only.clone());
            }
            [] => "the key belongs to no organization: use one that was made in an organization".to_owned(),
            several => format!(
                "the key belongs to {} organizations: name one with the option organizationId or with CLICKHOUSE_ORG_ID: {}",
                several.len(),
                self.listed_organizations(several)
            ),
        };
        let mut message = format!("{}: {message}", operation.name);
        Scrub::of_client(&self.settings).text(&mut message);
        Err(Error::Configuration(message).into())
    }

    /// Ids and names. They are the service's texts: shortened, and nothing in them moves the cursor or begins a line.
    fn listed_organizations(&self, organizations: &[(String, H::Value)]) -> String {
        let shown = |text: &str| text.chars().take(SHOWN).collect::<String>();
        let mut list = Vec::new();
        for (id, organization) in organizations.iter().take(LISTED) {
            let id = shown(id).escape_debug().to_string();
            let name = self.host.member(organization, "name").and_then(|name| self.host.as_text(&name));
            list.push(match name {
                Some(name) => {
                    format!("{id} ({:?}{})", shown(&name), if name.chars().count() > SHOWN { "…" } else { "" })
                }
                None => id,
            });
        }
        match organizations.len().saturating_sub(LISTED) {
            0 => list.join(", "),
            more => format!("{}, and {more} more", list.join(", ")),
        }
    }
}
