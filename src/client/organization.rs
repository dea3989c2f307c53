//! Looks up the organization of a client that was made without one: once, and it must be the only one of the key.

use super::{CallOptions, Client};
use crate::contract::{self, Operation};
use crate::error::Error;
use crate::host::Host;
use crate::printable::escaped;
use crate::request::Arguments;

/// How many organizations a message lists.
const LISTED: usize = 20;

/// How many characters of a name or an id a message shows.
const SHOWN: usize = 60;

impl<H: Host> Client<H> {
    /// The key's only organization, requested once for all calls of the client.
    pub(super) async fn only_organization(
        &self,
        operation: &'static Operation,
        options: &CallOptions,
    ) -> Result<String, Box<Error>> {
        let ticket = self.organization_queue.join(&mut 0);
        ticket.admitted().await;
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
        self.redactor.redact(&mut message);
        Err(Error::Configuration(message).into())
    }

    /// Ids and names, shortened and escaped: they are texts of the service.
    fn listed_organizations(&self, organizations: &[(String, H::Value)]) -> String {
        let shown = |text: &str| text.chars().take(SHOWN).collect::<String>();
        let mut list = Vec::new();
        for (id, organization) in organizations.iter().take(LISTED) {
            let id = escaped(&shown(id));
            let name = self.host.member(organization, "name").and_then(|name| self.host.as_text(&name));
            list.push(match name {
                Some(name) => {
                    let more = if name.chars().count() > SHOWN { "…" } else { "" };
                    format!("{id} (\"{}\"{more})", escaped(&shown(&name)).replace('"', "\\\""))
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
