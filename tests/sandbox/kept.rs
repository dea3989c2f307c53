//! Any body that the contract allows, of pipes and of ClickStack: once created, all of it that the contract shows is shown
//! again, nothing else is, and no secret stays.

use clickhouse_cloud::contract::{self, AdditionalProperties, Kind, ResponseKind, Schema};
use clickhouse_cloud::validate::{Mode, Unknown, validate};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::cloud::Cloud;
use crate::examples::{self, Draw};

const SECRET: &str = "top-secret-4711";

/// A service with one thing of each kind that bodies name.
struct Place {
    cloud: Cloud,
    service: String,
    source: String,
    webhook: String,
    search: String,
    dashboard: String,
    tile: String,
}

impl Place {
    fn new() -> Self {
        let mut cloud = Cloud::new();
        let (service, _) = cloud.create_running(&json!({ "idleScaling": false }));
        let stack = format!("/services/{service}/clickstack");
        let mut create = |path: &str, body: &Value| cloud.post(&format!("{stack}/{path}"), body).result().clone();
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let from = json!({ "databaseName": "a", "tableName": "b" });
        let source =
            json!({ "name": "a", "kind": "promql", "connection": "c", "from": from, "timestampValueExpression": "t" });
        let source = id(&create("sources", &source));
        let webhook = id(&create("webhooks", &json!({ "name": "a", "service": "slack", "url": "https://b" })));
        let search = id(&create("saved-searches", &json!({ "name": "a", "sourceId": source })));
        let tile = json!({ "name": "a", "x": 0, "y": 0, "w": 1, "h": 1 });
        let dashboard = create("dashboards", &json!({ "name": "a", "tiles": [tile] }));
        let (dashboard, tile) = (id(&dashboard), id(&dashboard["tiles"][0]));
        Self { cloud, service, source, webhook, search, dashboard, tile }
    }

    /// Lets a body name things that there are.
    fn settle(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.settle(item)),
            Value::Object(members) => self.settle_object(members),
            _ => {}
        }
    }

    fn settle_object(&self, members: &mut Map<String, Value>) {
        let names = [
            ("sourceId", &self.source),
            ("webhookId", &self.webhook),
            ("savedSearchId", &self.search),
            ("dashboardId", &self.dashboard),
            ("tileId", &self.tile),
        ];
        for (name, id) in names {
            if let Some(value) = members.get_mut(name).filter(|value| value.is_string()) {
                *value = id.as_str().into();
            }
        }
        for (name, source) in [("savedSearchId", "saved_search"), ("dashboardId", "tile"), ("tileId", "tile")] {
            if members.get("source") == Some(&json!(source)) {
                members
                    .insert(name.to_owned(), names.iter().find(|(known, _)| *known == name).unwrap().1.as_str().into());
            }
        }
        if let Some(ids) = members.get_mut("appliesToSourceIds").and_then(Value::as_array_mut) {
            ids.fill(self.source.as_str().into());
        }
        if members.contains_key("reversePrivateEndpointIds") {
            members.insert("reversePrivateEndpointIds".to_owned(), json!([]));
        }
        let target = match members.get("type").and_then(Value::as_str) {
            Some("search") => &self.source,
            _ => &self.dashboard,
        };
        if let Some(id) = members.get_mut("target").and_then(|target| target.get_mut("id")) {
            *id = target.as_str().into();
        }
        for name in ["tiles", "containers", "tabs"] {
            for (index, item) in members.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
                if item.get("id").is_some() {
                    item["id"] = format!("{name}-{index}").into();
                }
                if name == "tiles" {
                    (item["w"], item["h"]) = (json!(3), json!(2));
                    item.as_object_mut().unwrap().retain(|name, _| name != "containerId" && name != "tabId");
                }
            }
        }
        members.values_mut().for_each(|member| self.settle(member));
    }
}

/// The variant of a union that a value is of.
fn of_variant(value: &Value, schema: &'static Schema) -> &'static Schema {
    let Kind::Union(variants) = &schema.kind else { return schema };
    let fitting = variants.iter().find(|variant| strict_issues(value, variant).is_empty());
    of_variant(value, fitting.unwrap_or_else(|| panic!("{value} is of no variant")))
}

/// The issues of a value that is neither more nor less than its schema says.
fn strict_issues(value: &Value, schema: &'static Schema) -> Vec<clickhouse_cloud::issue::Issue> {
    validate(value.to_string().as_bytes(), schema, Mode::Request { unknown: Unknown::Refuse }, &[]).issues
}

/// Replaces each text that is a secret.
fn mark_secrets(value: &mut Value, schema: &'static Schema) {
    if value.is_null() {
        return;
    }
    let schema = of_variant(value, schema);
    match (&schema.kind, value) {
        (Kind::Object(object), Value::Object(members)) => {
            for property in object.properties {
                if let Some(member) = members.get_mut(property.name) {
                    if property.schema.secret && member.is_string() {
                        *member = SECRET.into();
                    } else {
                        mark_secrets(member, property.schema);
                    }
                }
            }
            if let AdditionalProperties::Schema(schema) = object.additional {
                members.values_mut().filter(|member| schema.secret && member.is_string()).for_each(|member| {
                    *member = SECRET.into();
                });
            }
        }
        (Kind::Array { items, .. }, Value::Array(members)) => {
            members.iter_mut().for_each(|member| mark_secrets(member, items));
        }
        _ => {}
    }
}

/// All that was sent and may be shown is shown.
#[track_caller]
fn assert_shown(sent: &Value, shown: &Value, schema: &'static Schema, place: &str) {
    if sent.is_null() {
        return;
    }
    match (&of_variant(shown, schema).kind, sent) {
        (Kind::Object(object), Value::Object(members)) => {
            for (name, member) in members {
                let known = object.properties.iter().find(|property| property.name == name);
                let place = format!("{place}.{name}");
                match (known, &object.additional) {
                    (Some(property), _) if !member.is_null() => {
                        let shown = shown.get(name).unwrap_or_else(|| panic!("{place} is lost"));
                        assert_shown(member, shown, property.schema, &place);
                    }
                    (None, AdditionalProperties::Allowed) => assert_eq!(shown.get(name), Some(member), "{place}"),
                    _ => {}
                }
            }
        }
        (Kind::Array { items, .. }, Value::Array(members)) => {
            let shown = shown.as_array().unwrap();
            assert_eq!(shown.len(), members.len(), "{place}");
            members.iter().zip(shown).for_each(|(sent, shown)| assert_shown(sent, shown, items, place));
        }
        _ => assert_eq!(sent, shown, "{place}"),
    }
}

/// Creates what a seed draws. False: a rule that no schema says refuses it.
fn is_created(place: &mut Place, name: &str, seed: u64) -> bool {
    let operation = contract::operation(name).unwrap();
    let mut body = examples::body(operation, &mut Draw::new(seed));
    place.settle(&mut body);
    mark_secrets(&mut body, operation.body.as_ref().unwrap().schema);
    let path = operation.path.replace("/v1/organizations/{organizationId}", "").replace("{serviceId}", &place.service);
    let created = place.cloud.post(&path, &body);
    if created.status == 400 {
        return false;
    }
    let shown = created.result().clone();
    let ResponseKind::Json(schema) = operation.response else { panic!("{name} shows nothing") };
    assert_eq!(strict_issues(&shown, schema), [], "{name} of {body}: {shown}");
    // The service gives the ids.
    if let Some(body) = body.as_object_mut() {
        body.remove("id");
    }
    assert_shown(&body, &shown, schema, name);
    let one = format!("{path}/{}", shown["id"].as_str().unwrap());
    if contract::operation(&name.replace("create", "get")).is_some() {
        assert_eq!(place.cloud.get(&one).result(), &shown);
    }
    let list = place.cloud.get(&path);
    assert!(list.result().as_array().unwrap().contains(&shown), "{name}");
    if !shown.to_string().contains(SECRET) {
        assert!(!place.cloud.sandbox.snapshot(place.cloud.now).contains(SECRET), "{name} of {body}");
    }
    assert_eq!(place.cloud.delete(&one).status, 200, "{name}");
    place.cloud.wait(3600.0);
    !list.result().as_array().unwrap().is_empty()
}

const CREATIONS: [&str; 8] = [
    "clickPipes.create",
    "clickPipes.reversePrivateEndpoints.create",
    "clickStack.alerts.create",
    "clickStack.dashboards.create",
    "clickStack.roles.create",
    "clickStack.savedSearches.create",
    "clickStack.sources.create",
    "clickStack.webhooks.create",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_created_is_shown(seed: u64) {
        let mut place = Place::new();
        for name in CREATIONS {
            is_created(&mut place, name, seed);
        }
    }
}

#[test]
fn most_bodies_are_created() {
    let mut place = Place::new();
    for name in CREATIONS {
        let created = (0..40).filter(|seed| is_created(&mut place, name, *seed)).count();
        // A target of an endpoint that is not of its type is refused.
        assert!(created > if name.contains("reverse") { 4 } else { 30 }, "{name}: {created} of 40");
    }
}
