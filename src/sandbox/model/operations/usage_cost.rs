//! The costs of services, ClickPipes and Postgres services, by days, from the time that they ran (`model::account`).

use serde_json::{Value, json};

use super::{Handler, Output};
use crate::contract::{RANGES, Range};
use crate::sandbox::model::account::credits;
use crate::sandbox::model::call::Call;
use crate::sandbox::model::organization::Organization;
use crate::sandbox::model::rejection::Rejection;
use crate::sandbox::model::service::filters::TagFilter;
use crate::sandbox::model::time::parse;
use crate::sandbox::model::usage::day;

/// The handler of an operation of `usageCost`.
pub fn handler(name: &str) -> Option<Handler> {
    (name == "usageCost.get").then_some(get)
}

fn get(organization: &mut Organization, call: &Call, now: f64) -> Result<Output, Rejection> {
    let range = RANGES.iter().find(|range| range.operation.name == call.operation.name);
    let Range { from, to, days, .. } = range.ok_or_else(Rejection::internal_error)?;
    let (first, last) = (parameter(call, from)?, parameter(call, to)?);
    let most = i64::from(*days) - 1;
    if last < first || last - first > most {
        return Err(Rejection::bad_request(format!(
            "query.{to}: expected a day from {from} to {most} days after it, received one {} days after it",
            last - first
        )));
    }
    let filters: Vec<TagFilter<'_>> = call.query("filter").map(TagFilter::read).collect();
    let accounts = organization.accounts(now);
    let fits = |tags: &[Value]| filters.iter().all(|filter| filter.matches(tags));
    let accounts: Vec<_> = accounts.iter().filter(|account| fits(&account.tags)).collect();
    let (mut costs, mut total) = (Vec::new(), 0);
    for of in first..=last.min(day(now)) {
        for record in accounts.iter().flat_map(|account| account.costs(of, now)) {
            total += record.parts;
            costs.push(record.shown);
        }
    }
    Ok(Output::unchanged(json!({ "grandTotalCHC": credits(total), "costs": costs })))
}

/// A day of the query, by its number since the epoch.
fn parameter(call: &Call, name: &str) -> Result<i64, Rejection> {
    let text = call.query.get(name).and_then(Value::as_str).unwrap_or_default();
    let moment = parse(&format!("{text}T00:00:00Z"));
    moment.map(day).ok_or_else(|| Rejection::bad_request(format!("query.{name}: expected a day, received {text:?}")))
}
