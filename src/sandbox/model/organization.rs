//! All that there is: one organization and its services.

use std::rc::Rc;

use serde_json::{Value, json};

use super::error::Refusal;
use super::random::Random;
use super::service::{Service, Written};
use super::time::timestamp;
use crate::sandbox::persistence::snapshot::Kept;

/// When the organization was founded: 2024-01-01T00:00:00Z, before anything that happens in it.
const FOUNDED: f64 = 1_704_067_200_000.0;

/// The organization and its services, in the order of their creation. A clone shares the services until they change.
#[derive(Clone)]
pub struct World {
    pub organization_id: String,
    pub services: Vec<Rc<Service>>,
    /// How many there may be.
    pub max_services: usize,
    /// How many services were ever created; what the next one is like is drawn from this number.
    pub created: u64,
    pub random: Random,
}

impl World {
    /// Lets everything happen that is due by now, and forgets the services that are gone.
    pub fn advance(&mut self, now: f64) {
        for service in self.services.iter_mut().filter(|service| service.is_due(now)) {
            changing(service).advance(now);
        }
        self.services.retain(|service| !service.life.is_over());
    }

    /// What a snapshot keeps of it.
    pub fn kept(&self) -> Kept {
        let services = self.services.iter().map(|service| Service::clone(service)).collect();
        Kept { created: self.created, world: self.random.clone(), services }
    }

    /// The organization as the API shows it.
    pub fn organization(&self) -> Value {
        json!({
            "id": self.organization_id,
            "createdAt": timestamp(FOUNDED),
            "name": "Sandbox",
            "privateEndpoints": [],
            "byocConfig": [],
            "enableCoreDumps": false,
        })
    }

    /// The service of an id, in either case of its letters.
    pub fn service(&self, id: &str) -> Result<&Service, Refusal> {
        let found = self.services.iter().find(|service| service.id.eq_ignore_ascii_case(id));
        found.map(Rc::as_ref).ok_or_else(|| unknown(id))
    }

    /// The same, to be kept.
    pub fn shared(&self, id: &str) -> Result<Rc<Service>, Refusal> {
        let found = self.services.iter().find(|service| service.id.eq_ignore_ascii_case(id));
        found.cloned().ok_or_else(|| unknown(id))
    }

    /// The same, to be changed.
    pub fn service_mut(&mut self, id: &str) -> Result<&mut Service, Refusal> {
        let found = self.services.iter_mut().find(|service| service.id.eq_ignore_ascii_case(id));
        found.map(changing).ok_or_else(|| unknown(id))
    }
}

impl World {
    /// The services that share the data of a warehouse.
    pub fn warehouse<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Service> {
        self.services.iter().map(Rc::as_ref).filter(move |service| service.text("dataWarehouseId") == Some(id))
    }

    /// Whether other services live on the data of this one.
    pub fn has_secondaries(&self, service: &Service) -> bool {
        let warehouse = service.text("dataWarehouseId").unwrap_or_default();
        service.is_primary() && self.warehouse(warehouse).any(|other| !other.is_primary() && !other.life.state().ends())
    }
}

/// A service that is about to change: others that share it keep it as it is, and how it was written is forgotten.
fn changing(service: &mut Rc<Service>) -> &mut Service {
    let service = Rc::make_mut(service);
    service.written = Written::default();
    service
}

fn unknown(id: &str) -> Refusal {
    Refusal::not_found(format!("service {id} not found"))
}
