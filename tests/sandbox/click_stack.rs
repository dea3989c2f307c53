//! ClickStack: dashboards and their mistakes, alerts and what they name, webhooks, sources, roles, saved searches.

use clickhouse_cloud::contract::Method;
use clickhouse_cloud::sandbox::plays;
use serde_json::{Value, json};

use crate::cloud::{Cloud, Received};

struct Stack {
    cloud: Cloud,
    path: String,
}

impl Stack {
    fn new() -> Self {
        let mut cloud = Cloud::new();
        let (service, _) = cloud.create(&json!({}));
        Self { cloud, path: format!("/services/{service}/clickstack") }
    }

    fn post(&mut self, path: &str, body: &Value) -> Received {
        self.cloud.post(&format!("{}/{path}", self.path), body)
    }

    fn put(&mut self, path: &str, body: &Value) -> Received {
        let url = self.cloud.url(&format!("{}/{path}", self.path));
        self.cloud.send(Method::Put, &url, Some(body.to_string()))
    }

    fn get(&mut self, path: &str) -> Received {
        self.cloud.get(&format!("{}/{path}", self.path))
    }

    fn delete(&mut self, path: &str) -> Received {
        self.cloud.delete(&format!("{}/{path}", self.path))
    }

    #[track_caller]
    fn create(&mut self, path: &str, body: &Value) -> String {
        self.post(path, body).result()["id"].as_str().unwrap().to_owned()
    }

    fn count(&mut self, path: &str) -> usize {
        self.get(path).result().as_array().unwrap().len()
    }
}

fn source() -> Value {
    json!({
        "name": "logs", "kind": "log", "connection": "c", "from": { "databaseName": "a", "tableName": "b" },
        "defaultTableSelectExpression": "Body", "timestampValueExpression": "Timestamp", "id": "ignored",
    })
}

fn tile(source: &str) -> Value {
    let config = json!({ "displayType": "number", "sourceId": source, "select": [{ "aggFn": "count" }] });
    json!({ "name": "errors", "x": 0, "y": 0, "w": 6, "h": 3, "config": config })
}

fn webhook(service: &str) -> Value {
    json!({ "name": "on call", "service": service, "url": "https://hooks.example.com/1",
        "headers": { "x-key": "header-secret" }, "queryParams": { "token": "query-secret" } })
}

#[test]
fn every_operation_is_played() {
    let names = |operation: &&&clickhouse_cloud::contract::Operation| {
        operation.name.starts_with("clickStack.") || operation.name.starts_with("clickPipes.")
    };
    let all: Vec<_> = clickhouse_cloud::contract::OPERATIONS.iter().filter(names).collect();
    assert_eq!(all.len(), 47);
    assert!(all.iter().all(|operation| plays(operation)));
}

#[test]
fn a_dashboard_has_ids_of_its_own() {
    let mut stack = Stack::new();
    let source = stack.create("sources", &source());
    let filter = json!({ "type": "QUERY_EXPRESSION", "name": "a", "expression": "b", "sourceId": source });
    let body = json!({ "name": "a", "tiles": [tile(&source), tile(&source)], "filters": [filter] });
    let created = stack.post("dashboards", &body).result().clone();
    let ids = [&created["tiles"][0]["id"], &created["tiles"][1]["id"], &created["filters"][0]["id"]];
    assert!(ids.iter().all(|id| id.as_str().unwrap().len() == 24) && ids[0] != ids[1], "{created}");
    assert_eq!((&created["tags"], &created["savedQuery"]), (&json!([]), &Value::Null));
    let path = format!("dashboards/{}", created["id"].as_str().unwrap());
    let mut kept = tile(&source);
    kept["id"] = created["tiles"][1]["id"].clone();
    let replaced = stack.put(&path, &json!({ "name": "b", "tiles": [kept, tile(&source)] })).result().clone();
    assert_eq!((&replaced["id"], &replaced["name"]), (&created["id"], &json!("b")));
    assert_eq!(replaced["tiles"][0]["id"], created["tiles"][1]["id"]);
    assert_ne!(replaced["tiles"][1]["id"], created["tiles"][0]["id"]);
    assert_eq!(replaced["filters"], json!([]));
    assert_eq!(stack.get(&path).result(), &replaced);
}

#[test]
fn a_tile_in_the_older_form_is_shown_in_the_newer_one() {
    let mut stack = Stack::new();
    let source = stack.create("sources", &source());
    let query = json!({ "sourceId": source, "aggFn": "quantile", "level": 0.95, "field": "Duration", "where": "", "whereLanguage": "sql" });
    let series = |more: Value| {
        let mut series = query.clone();
        series.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        series
    };
    let tile = |series: Value| json!({ "name": "a", "x": 0, "y": 0, "w": 6, "h": 3, "series": [series] });
    let tiles = json!([
        tile(series(json!({ "type": "time", "groupBy": ["a", "b"], "displayType": "stacked_bar" }))),
        tile(series(json!({ "type": "number" }))),
        tile(json!({ "type": "markdown", "content": "# a" })),
        tile(json!({ "type": "search", "sourceId": source, "fields": ["a"], "where": "b", "whereLanguage": "lucene" })),
    ]);
    let created = stack.post("dashboards", &json!({ "name": "a", "tiles": tiles })).result().clone();
    let select = json!([{
        "aggFn": "quantile", "level": 0.95, "valueExpression": "Duration", "where": "", "whereLanguage": "sql",
    }]);
    let configs: Vec<Value> = created["tiles"].as_array().unwrap().iter().map(|tile| tile["config"].clone()).collect();
    assert_eq!(
        configs,
        [
            json!({ "displayType": "stacked_bar", "sourceId": source, "select": select, "groupBy": "a, b" }),
            json!({ "displayType": "number", "sourceId": source, "select": select }),
            json!({ "displayType": "markdown", "markdown": "# a" }),
            json!({ "displayType": "search", "sourceId": source, "select": "a", "where": "b", "whereLanguage": "lucene" }),
        ]
    );
}

#[test]
fn mistakes_of_a_dashboard_are_found() {
    let mut stack = Stack::new();
    let source = stack.create("sources", &source());
    let mut wrong = tile("000000000000000000000000");
    wrong["x"] = json!(-1);
    wrong["containerId"] = json!("nowhere");
    let mut table = tile(&source);
    let target = json!({ "type": "dashboard", "target": { "mode": "id", "id": "gone" } });
    table["config"] =
        json!({ "displayType": "table", "sourceId": source, "select": [{ "aggFn": "count" }], "onClick": target });
    let body = json!({ "name": "a", "tiles": [wrong, table] });
    let found = stack.post("dashboards/validate", &body).result().clone();
    assert_eq!((&found["valid"], &found["normalized"]), (&json!(false), &Value::Null));
    let paths: Vec<&str> =
        found["errors"].as_array().unwrap().iter().map(|error| error["path"].as_str().unwrap()).collect();
    assert_eq!(
        paths,
        ["tiles[0].x", "tiles[0].containerId", "tiles[0].config.sourceId", "tiles[1].config.onClick.target.id"]
    );
    assert!(
        stack
            .post("dashboards", &body)
            .refused(400)
            .contains("body.tiles[0].config.sourceId: expected the id of a source")
    );
    let good = json!({ "name": "a", "tiles": [tile(&source)] });
    let found = stack.post("dashboards/validate", &good).result().clone();
    assert_eq!((&found["valid"], &found["errors"]), (&json!(true), &json!([])));
    assert_eq!(found["normalized"]["tiles"][0]["name"], "errors");
    assert_eq!(stack.count("dashboards"), 0);
}

/// An alert on a saved search that is sent by e-mail, with changes.
fn alert(search: &str, changes: &Value) -> Value {
    let mut body = json!({
        "source": "saved_search", "savedSearchId": search, "threshold": 3, "thresholdType": "above", "interval": "5m",
        "channel": { "type": "email", "emailRecipients": ["a@example.com"] },
    });
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

#[test]
fn an_alert_needs_a_source_a_threshold_and_a_channel() {
    let mut stack = Stack::new();
    let source = stack.create("sources", &source());
    let search = stack.create("saved-searches", &json!({ "name": "a", "sourceId": source }));
    let text = "BAD_REQUEST: body.source: expected a value, which every alert has, received nothing";
    assert_eq!(stack.post("alerts", &json!({})).refused(400), text);
    let whole = alert(&search, &json!({}));
    for name in ["source", "savedSearchId", "threshold", "thresholdType", "interval", "channel"] {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(name);
        let refused = stack.post("alerts", &without).refused(400).to_owned();
        assert!(refused.starts_with(&format!("BAD_REQUEST: body.{name}: expected ")), "{refused}");
    }
    let range = alert(&search, &json!({ "thresholdType": "between" }));
    let text = "BAD_REQUEST: body.thresholdMax: expected a number where thresholdType is between, received nothing";
    assert_eq!(stack.post("alerts", &range).refused(400), text);
    assert_eq!(stack.count("alerts"), 0);
    stack.create("alerts", &alert(&search, &json!({ "thresholdType": "between", "thresholdMax": 5 })));
    stack.create("alerts", &whole);
}

#[test]
fn an_alert_names_things_that_there_are() {
    let mut stack = Stack::new();
    let source = stack.create("sources", &source());
    let search = stack.create("saved-searches", &json!({ "name": "a", "sourceId": source }));
    let hook = stack.create("webhooks", &webhook("slack"));
    let body = json!({
        "source": "saved_search", "savedSearchId": search, "threshold": 3, "thresholdType": "above", "interval": "5m",
        "channel": { "type": "webhook", "webhookId": hook },
    });
    let created = stack.post("alerts", &body).result().clone();
    assert_eq!((&created["state"], &created["silenced"]), (&json!("OK"), &Value::Null));
    assert_eq!(created["channel"]["webhookService"], "slack");
    assert_eq!(created["teamId"].as_str().map(str::len), Some(24));
    for (change, text) in [
        (json!({ "source": "tile" }), "body.dashboardId: expected an id where source is tile, received nothing"),
        (json!({ "savedSearchId": "x" }), "body.savedSearchId: expected the id of a saved search of the service"),
        (
            json!({ "channel": { "type": "webhook", "webhookId": "x" } }),
            "body.channel.webhookId: expected the id of a webhook",
        ),
    ] {
        let mut wrong = body.clone();
        wrong.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert!(stack.post("alerts", &wrong).refused(400).contains(text), "{change}");
    }
    let path = format!("alerts/{}", created["id"].as_str().unwrap());
    let replaced = stack.put(&path, &alert(&search, &json!({ "name": "b" }))).result().clone();
    assert_eq!((&replaced["id"], &replaced["state"], &replaced["name"]), (&created["id"], &json!("OK"), &json!("b")));
    assert_eq!(replaced["channel"], json!({ "type": "email", "emailRecipients": ["a@example.com"] }));
    assert!(stack.put(&path, &json!({ "name": "c" })).refused(400).contains("body.source"));
}

#[test]
fn alerts_go_with_the_thing_that_they_watch() {
    let mut stack = Stack::new();
    let source = stack.create("sources", &source());
    let search = stack.create("saved-searches", &json!({ "name": "a", "sourceId": source }));
    let board =
        stack.post("dashboards", &json!({ "name": "a", "tiles": [tile(&source), tile(&source)] })).result().clone();
    let id = board["id"].as_str().unwrap();
    for tile in [0, 1] {
        let on_tile = json!({ "source": "tile", "dashboardId": id, "tileId": board["tiles"][tile]["id"] });
        stack.create("alerts", &alert(&search, &on_tile));
    }
    stack.create("alerts", &alert(&search, &json!({})));
    let nowhere = alert(&search, &json!({ "source": "tile", "dashboardId": id, "tileId": "x" }));
    assert!(stack.post("alerts", &nowhere).refused(400).contains("body.tileId"));
    assert_eq!(stack.count("alerts"), 3);
    stack.put(&format!("dashboards/{id}"), &json!({ "name": "a", "tiles": [board["tiles"][1]] })).result();
    assert_eq!(stack.count("alerts"), 2);
    stack.delete(&format!("dashboards/{id}"));
    assert_eq!(stack.count("alerts"), 1);
    // A source may go: the search that names it stays, and its alert.
    stack.delete(&format!("sources/{source}"));
    assert_eq!((stack.count("alerts"), stack.count("saved-searches")), (1, 1));
    stack.delete(&format!("saved-searches/{search}"));
    assert_eq!(stack.count("alerts"), 0);
}

#[test]
fn webhooks_keep_no_secret_but_the_address() {
    let mut stack = Stack::new();
    let mut generic = webhook("generic");
    generic["body"] = json!("{{title}}");
    let created = stack.post("webhooks", &generic).result().clone();
    assert_eq!(
        (&created["service"], &created["body"], &created["url"]),
        (&generic["service"], &generic["body"], &generic["url"])
    );
    assert!(!stack.cloud.sandbox.snapshot(stack.cloud.now).contains("-secret"));
    let path = format!("webhooks/{}", created["id"].as_str().unwrap());
    let replaced = stack.put(&path, &webhook("incidentio")).result().clone();
    assert_eq!((&replaced["id"], &replaced["service"]), (&created["id"], &json!("incidentio")));
    assert!(replaced.get("body").is_none() && replaced["createdAt"] == created["createdAt"]);
    assert!(stack.post("webhooks", &webhook("fax")).refused(400).contains("body.service: expected one of \"slack\""));
    let source = stack.create("sources", &source());
    let search = stack.create("saved-searches", &json!({ "name": "a", "sourceId": source }));
    let channel = json!({ "type": "webhook", "webhookId": created["id"] });
    let alert = stack.create("alerts", &alert(&search, &json!({ "channel": channel })));
    let id = created["id"].as_str().unwrap();
    assert_eq!(stack.delete(&path).refused(409), format!("CONFLICT: the webhook {id} is used by the alert {alert}"));
    stack.delete(&format!("alerts/{alert}"));
    assert_eq!(stack.delete(&path).status, 200);
}

#[test]
fn sources_have_ids_that_the_service_gives() {
    let mut stack = Stack::new();
    let created = stack.post("sources", &source()).result().clone();
    let id = created["id"].as_str().unwrap();
    assert_eq!(id.len(), 24);
    let session = json!({ "name": "s", "kind": "session", "connection": "c", "traceSourceId": "t", "id": "other",
        "from": { "databaseName": "a", "tableName": "b" } });
    let replaced = stack.put(&format!("sources/{id}"), &session).result().clone();
    assert_eq!((&replaced["id"], &replaced["kind"]), (&created["id"], &json!("session")));
    assert!(replaced.get("timestampValueExpression").is_none());
    assert_eq!(stack.get("sources").result(), &json!([replaced]));
}

#[test]
fn predefined_roles_stay_as_they_are() {
    let mut stack = Stack::new();
    let roles = stack.get("roles").result().clone();
    assert!(roles.as_array().unwrap().iter().all(|role| role["isPredefined"] == true), "{roles}");
    let path = format!("roles/{}", roles[0]["id"].as_str().unwrap());
    assert_eq!(stack.get(&path).result(), &roles[0]);
    let refusal = "BAD_REQUEST: a predefined role can be neither changed nor deleted";
    assert_eq!(stack.put(&path, &json!({ "permissions": [] })).refused(400), refusal);
    assert_eq!(stack.delete(&path).refused(400), refusal);
    let own = json!({ "name": "ops", "description": "d", "permissions": [{ "action": "read", "subject": "alert" }] });
    let id = stack.create("roles", &own);
    let replaced = stack.put(&format!("roles/{id}"), &json!({ "permissions": [] })).result().clone();
    assert_eq!(
        (&replaced["name"], &replaced["permissions"], &replaced["isPredefined"]),
        (&json!("ops"), &json!([]), &json!(false))
    );
    assert_eq!(stack.count("roles"), roles.as_array().unwrap().len() + 1);
    assert_eq!(stack.delete(&format!("roles/{id}")).status, 200);
    assert_eq!(stack.get(&format!("roles/{id}")).refused(404), format!("NOT_FOUND: role {id} not found"));
}
