//! The account of a service, a ClickPipe or a Postgres service: all that its costs are computed from, also after its
//! deletion.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::meters;
use super::record::Record;
use super::service::Service;
use super::time::{DAY, date, parse};
use super::usage::{Metered, day};

/// Prices of services in ClickHouse Credits, near those of the live service. Their data, which the sandbox does not have,
/// counts as so many gigabytes.
const COMPUTE_PER_GIGABYTE_HOUR: f64 = 0.0375;
const STORAGE_PER_GIGABYTE_DAY: f64 = 0.000_85;
const BACKUP_PER_GIGABYTE_DAY: f64 = 0.000_85;
const STORED_GIGABYTES: f64 = 10.0;
/// The parts of a credit that costs are rounded to, so that sums are exact.
const PARTS: f64 = 1_000_000.0;
const HOUR: f64 = DAY / 24.0;

const SERVICES: &str = "services";
const COMPUTE: &str = "computeCHC";

/// The account of a resource that costs something.
#[derive(Serialize, Deserialize)]
pub struct Account {
    /// The resource, as the contract names it.
    resource: String,
    pub id: String,
    name: String,
    /// The warehouse of a service or a ClickPipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warehouse: Option<String>,
    /// Whether it is the service that pays for the storage of the warehouse.
    is_primary: bool,
    pub tags: Vec<Value>,
    created: f64,
    /// When it was deleted.
    ended: Option<f64>,
    usage: Metered,
}

/// A record of costs, and their sum in millionths of a credit.
pub struct Costs {
    pub shown: Value,
    pub parts: i64,
}

impl Account {
    /// The account of a service now; `is_over`: the service ends.
    pub fn of(service: &Service, now: f64, is_over: bool) -> Self {
        Self {
            resource: SERVICES.to_owned(),
            id: service.id.clone(),
            name: service.text("name").unwrap_or_default().to_owned(),
            warehouse: service.text("dataWarehouseId").map(str::to_owned),
            is_primary: service.is_primary(),
            tags: service.list("tags").to_vec(),
            created: service.text("createdAt").and_then(parse).unwrap_or(now),
            ended: is_over.then_some(now),
            usage: [(COMPUTE.to_owned(), service.usage(now))].into_iter().collect(),
        }
    }

    /// The account of another record now. Of a part of a service: with its warehouse and its tags.
    pub fn of_record(resource: &str, record: &Record, service: Option<&Service>, now: f64, is_over: bool) -> Self {
        let own = record.shown.get("tags").and_then(Value::as_array).map(Vec::as_slice);
        let tags = own.or_else(|| service.map(|service| service.list("tags"))).unwrap_or_default();
        Self {
            resource: resource.to_owned(),
            id: record.id().to_owned(),
            name: record.text("name").unwrap_or_default().to_owned(),
            warehouse: service.and_then(|service| service.text("dataWarehouseId")).map(str::to_owned),
            is_primary: false,
            tags: tags.to_vec(),
            created: record.text("createdAt").and_then(parse).unwrap_or(now),
            ended: is_over.then_some(now),
            usage: meters::read(resource, record, now),
        }
    }

    /// The costs of a day: of the warehouse, where the service is its primary one, and of the resource.
    pub fn costs(&self, of: i64, now: f64) -> Vec<Costs> {
        let (start, end) = (of as f64 * DAY, (of + 1) as f64 * DAY);
        let existed = self.ended.unwrap_or(now).min(end) - self.created.max(start);
        if existed <= 0.0 {
            return Vec::new();
        }
        let used = |metric: &str| self.usage.get(metric).map_or(0.0, |usage| usage.on(of)) / HOUR;
        if self.resource != SERVICES {
            let metered = meters::of(&self.resource).map(|meter| (meter.metric, used(meter.metric) * meter.price));
            // The API has no word for Postgres: it is a service, and none of those that `serviceId` can name.
            let kind = if self.resource == "clickPipes" { "clickpipe" } else { "service" };
            return vec![self.record(of, now, (kind, &self.id, self.name.clone()), metered.collect())];
        }
        let days = existed / DAY * STORED_GIGABYTES;
        let stored = [("storageCHC", days * STORAGE_PER_GIGABYTE_DAY), ("backupCHC", days * BACKUP_PER_GIGABYTE_DAY)];
        let ran = [(COMPUTE, used(COMPUTE) * COMPUTE_PER_GIGABYTE_HOUR), ("publicDataTransferCHC", 0.0)];
        let warehouse = self.warehouse.as_ref().filter(|_| self.is_primary).map(|warehouse| {
            let name = format!("{} warehouse", self.name);
            self.record(of, now, ("datawarehouse", warehouse, name), stored.to_vec())
        });
        let mut service = self.record(of, now, ("service", &self.id, self.name.clone()), ran.to_vec());
        if let Some(id) = service.shown.get_mut("serviceId") {
            *id = self.id.clone().into();
        }
        warehouse.into_iter().chain([service]).collect()
    }

    /// A record of costs of an entity, by its kind, id and name.
    fn record(&self, of: i64, now: f64, entity: (&str, &str, String), metrics: Vec<(&str, f64)>) -> Costs {
        let (kind, id, name) = entity;
        let metrics: Vec<_> =
            metrics.into_iter().map(|(name, costs)| (name.to_owned(), (costs * PARTS).round() as i64)).collect();
        let parts = metrics.iter().map(|(_, parts)| parts).sum();
        let metrics: Map<_, _> = metrics.into_iter().map(|(name, it)| (name, credits(it))).collect();
        let mut shown = json!({
            "serviceId": null,
            "date": date(of as f64 * DAY),
            "entityType": kind,
            "entityId": id,
            "entityName": name,
            "metrics": metrics,
            "totalCHC": credits(parts),
            "locked": of < day(now),
        });
        if let (Some(warehouse), Some(shown)) = (&self.warehouse, shown.as_object_mut()) {
            shown.insert("dataWarehouseId".to_owned(), warehouse.as_str().into());
        }
        Costs { shown, parts }
    }
}

/// Millionths of a credit as credits.
pub fn credits(parts: i64) -> Value {
    (parts as f64 / PARTS).into()
}
