//! The account of a service: all that its costs are computed from, also after its deletion.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::service::Service;
use super::time::{DAY, date, parse};
use super::usage::{Usage, day};

/// Prices in ClickHouse Credits, near those of the live service. Its data, which the sandbox does not have, counts as so
/// many gigabytes.
const COMPUTE_PER_GIGABYTE_HOUR: f64 = 0.0375;
const STORAGE_PER_GIGABYTE_DAY: f64 = 0.000_85;
const BACKUP_PER_GIGABYTE_DAY: f64 = 0.000_85;
const STORED_GIGABYTES: f64 = 10.0;
/// The parts of a credit that costs are rounded to, so that sums are exact.
const PARTS: f64 = 1_000_000.0;

/// The account of a service.
#[derive(Serialize, Deserialize)]
pub struct Account {
    id: String,
    name: String,
    /// Its warehouse, whose storage the primary service pays for.
    warehouse: String,
    is_primary: bool,
    pub tags: Vec<Value>,
    created: f64,
    /// When it was deleted.
    ended: Option<f64>,
    usage: Usage,
}

/// A record of costs, and their sum in millionths of a credit.
pub struct Costs {
    pub shown: Value,
    pub parts: i64,
}

impl Account {
    /// The account of a service now; `is_over`: the service ends.
    pub fn of(service: &Service, now: f64, is_over: bool) -> Self {
        let text = |name: &str| service.text(name).unwrap_or_default().to_owned();
        Self {
            id: service.id.clone(),
            name: text("name"),
            warehouse: text("dataWarehouseId"),
            is_primary: service.is_primary(),
            tags: service.list("tags").to_vec(),
            created: service.text("createdAt").and_then(parse).unwrap_or(now),
            ended: is_over.then_some(now),
            usage: service.usage(now),
        }
    }

    /// The costs of a day: of the warehouse, where the service is its primary one, and of the service.
    pub fn costs(&self, of: i64, now: f64) -> Vec<Costs> {
        let (start, end) = (of as f64 * DAY, (of + 1) as f64 * DAY);
        let existed = self.ended.unwrap_or(now).min(end) - self.created.max(start);
        if existed <= 0.0 {
            return Vec::new();
        }
        let days = existed / DAY * STORED_GIGABYTES;
        let stored = [("storageCHC", days * STORAGE_PER_GIGABYTE_DAY), ("backupCHC", days * BACKUP_PER_GIGABYTE_DAY)];
        let gigabyte_hours = self.usage.on(of) / (DAY / 24.0);
        let ran = [("computeCHC", gigabyte_hours * COMPUTE_PER_GIGABYTE_HOUR), ("publicDataTransferCHC", 0.0)];
        let record = |kind: &str, id: &str, name: String, service: Option<&str>, metrics: [(&str, f64); 2]| {
            let metrics = metrics.map(|(name, costs)| (name.to_owned(), (costs * PARTS).round() as i64));
            let parts = metrics.iter().map(|(_, parts)| parts).sum();
            let metrics: serde_json::Map<_, _> = metrics.into_iter().map(|(name, it)| (name, credits(it))).collect();
            let shown = json!({
                "dataWarehouseId": self.warehouse,
                "serviceId": service,
                "date": date(of as f64 * DAY),
                "entityType": kind,
                "entityId": id,
                "entityName": name,
                "metrics": metrics,
                "totalCHC": credits(parts),
                "locked": of < day(now),
            });
            Costs { shown, parts }
        };
        let warehouse = self
            .is_primary
            .then(|| record("datawarehouse", &self.warehouse, format!("{} warehouse", self.name), None, stored));
        let service = record("service", &self.id, self.name.clone(), Some(&self.id), ran);
        warehouse.into_iter().chain([service]).collect()
    }
}

/// Millionths of a credit as credits.
pub fn credits(parts: i64) -> Value {
    (parts as f64 / PARTS).into()
}
