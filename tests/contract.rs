//! The compiled contract: its operations, and what may be sent twice.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

use std::collections::BTreeSet;

use clickhouse_cloud::contract::{self, Idempotency, Kind, Method, NAMED, OPERATIONS, ResponseKind, SCHEMAS, Schema};
use clickhouse_cloud::validate::{Mode, Unknown, validate};
use serde_json::{Value, json};

#[test]
fn every_operation_is_whole() {
    let (mut ids, mut routes) = (BTreeSet::new(), BTreeSet::new());
    for operation in OPERATIONS {
        let name = operation.name;
        assert!(name.split('.').count() >= 2 && name.split('.').all(|part| !part.is_empty()), "{name}");
        assert!(operation.path.starts_with("/v1/organizations"), "{name}");
        assert!(ids.insert(name) && routes.insert((operation.method.as_str(), operation.path)), "{name}");
        let is_read = operation.method == Method::Get;
        assert!(!is_read || (operation.body.is_none() && operation.idempotency == Idempotency::Safe), "{name}");
        // What decides whether a body may be sent twice is a property of the body.
        let decides: &[&str] = match operation.idempotency {
            Idempotency::Safe | Idempotency::Unsafe => &[],
            Idempotency::SafeWith(names) => names,
            Idempotency::SafeWhen { property, .. } => &[property],
        };
        for property in decides {
            let Kind::Object(body) = operation.body.as_ref().unwrap().schema.kind else { panic!("{name}: no object") };
            assert!(body.properties.iter().any(|known| known.name == *property), "{name}: {property}");
        }
    }
    assert!(OPERATIONS.len() >= 142);
}

#[test]
fn changes_that_must_not_happen_twice_are_not_safe_to_repeat() {
    for (name, expected) in [
        ("services.create", Idempotency::Unsafe),
        ("services.updatePassword", Idempotency::SafeWith(&["newPasswordHash"])),
        ("services.queryEndpoint.set", Idempotency::Safe),
        ("clickPipes.updateState", Idempotency::SafeWhen { property: "command", values: &["start", "stop"] }),
        ("postgres.updatePassword", Idempotency::SafeWith(&["password"])),
        ("postgres.updateState", Idempotency::Unsafe),
        ("keys.create", Idempotency::Unsafe),
        ("udfs.versions.create", Idempotency::Unsafe),
    ] {
        assert_eq!(contract::operation(name).unwrap().idempotency, expected, "{name}");
    }
}

#[test]
fn operations_and_schemas_are_found_by_name() {
    for operation in OPERATIONS {
        assert!(std::ptr::eq(contract::operation(operation.name).unwrap(), *operation));
    }
    for (name, schema) in SCHEMAS {
        assert!(std::ptr::eq(contract::schema(name).unwrap(), *schema));
    }
    for name in ["", "a", "services", "services.lis", "services.listt", "zzz"] {
        assert!(contract::operation(name).is_none(), "{name}");
    }
    assert!(contract::operation("services.restart").is_none() && contract::schema("Nothing").is_none());
}

#[test]
fn operations_are_found_by_their_routes_and_by_the_segments_of_a_path() {
    for operation in OPERATIONS {
        let route = format!("{} {}", operation.method.as_str(), operation.path);
        assert!(std::ptr::eq(contract::operation_of_route(&route).unwrap(), *operation));
        let segments: Vec<String> =
            operation.path.split('/').skip(1).map(|part| part.replace(['{', '}'], "x")).collect();
        let found = contract::operations_at(&segments);
        assert!(
            found.iter().any(|one| std::ptr::eq(*one, *operation))
                && found.iter().all(|one| one.path == operation.path)
        );
    }
    for route in [
        "",
        "GET",
        "GET /",
        "GET /v1",
        "get /v1/organizations",
        "PUT /v1/organizations",
        "GET  /v1/organizations",
        "GET /v1/organizations/",
        "GET /v1/organizations/{id}",
        "GET /v1/organizations/5a9db0c5",
    ] {
        assert!(contract::operation_of_route(route).is_none(), "{route}");
    }
    for path in
        ["", "v1", "v1/organizations/", "v1/organizations//services", "v1/organizations/a/services/b/backups/c/d", "v2"]
    {
        let segments: Vec<&str> = path.split('/').collect();
        assert!(contract::operations_at(&segments).is_empty(), "{path}");
    }
}

#[test]
fn paths_name_their_parameters_in_order() {
    for operation in OPERATIONS {
        let named: Vec<&str> =
            operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let declared: Vec<&str> = operation.path_parameters.iter().map(|parameter| parameter.name).collect();
        assert_eq!(named, declared);
        assert!(operation.path_parameters.iter().all(|parameter| parameter.required));
    }
}

fn required(name: &str) -> BTreeSet<&'static str> {
    let Kind::Object(record) = &contract::schema(name).unwrap().kind else { panic!("{name} is no record") };
    record.properties.iter().filter(|property| property.required).map(|property| property.name).collect()
}

#[test]
fn required_is_what_a_client_cannot_do_without() {
    for (schema, expected) in [
        ("Service", &["id", "name", "state"][..]),
        ("Backup", &["id", "status"]),
        ("CreateServiceResult", &["service", "password"]),
        ("Organization", &["id"]),
        ("CreateServiceBody", &["name", "provider"]),
        ("UpdateServiceStateBody", &["command"]),
        ("UpdateServicePasswordResult", &[]),
        ("UpdateServiceBody", &[]),
    ] {
        assert_eq!(required(schema), expected.iter().copied().collect(), "{schema}");
    }
}

#[test]
fn commands_modes_and_providers_are_closed_and_what_grows_is_open() {
    for (schema, expected) in [
        ("StateCommand", false),
        ("AutoscalingMode", false),
        ("Provider", false),
        ("Region", true),
        ("Profile", true),
        ("Tier", true),
        ("State", true),
        ("BackupStatus", true),
    ] {
        match &contract::schema(schema).unwrap().kind {
            Kind::Enum { open, values } => assert_eq!((*open, values.is_empty()), (expected, false), "{schema}"),
            other => panic!("{schema}: {other:?}"),
        }
    }
}

#[test]
fn a_state_that_the_client_speaks_of_is_one_of_the_contracts() {
    let Kind::Enum { values, .. } = &contract::schema("State").unwrap().kind else { panic!("no enum") };
    for state in [
        "provisioning",
        "starting",
        "running",
        "partially_running",
        "idle",
        "awaking",
        "stopping",
        "stopped",
        "degraded",
        "failed",
        "terminating",
        "softdeleting",
        "softdeleted",
        "terminated",
    ] {
        assert!(values.contains(&state), "{state}");
    }
    assert_eq!(values.len(), 14);
}

#[test]
fn a_filter_takes_the_tags_that_there_can_be() {
    let request = Mode::Request { unknown: Unknown::Refuse };
    let fits = |schema, value: &Value| validate(value.to_string().as_bytes(), schema, request, &[]).issues.is_empty();
    let filter = contract::SERVICES_LIST.query_parameters.first().unwrap();
    let texts = ["a", "Z9._-", "", "a b", "a=b", "é", "a\n", ":", &"x".repeat(128), &"x".repeat(129)];
    for key in texts {
        let tag = json!({ "key": key });
        assert_eq!(
            fits(filter.schema, &json!([format!("tag:{key}")])),
            fits(contract::TAG, &tag) || key == "a=b",
            "{tag}"
        );
        for value in texts.iter().copied().chain([&*"x".repeat(256), &"x".repeat(257)]) {
            let tag = json!({ "key": key, "value": value });
            assert_eq!(fits(filter.schema, &json!([format!("tag:{key}={value}")])), fits(contract::TAG, &tag), "{tag}");
        }
    }
}

#[test]
fn what_a_call_is_for_is_a_text_of_its_result() {
    for operation in OPERATIONS {
        let Some(yields) = &operation.yields else { continue };
        let ResponseKind::Json(Schema { kind: Kind::Object(result), .. }) = &operation.response else {
            panic!("no record")
        };
        let property = result.properties.iter().find(|property| property.name == yields.property).unwrap();
        assert!(matches!(property.schema.kind, Kind::Text(_)), "{}", operation.name);
        let Kind::Object(body) = operation.body.as_ref().unwrap().schema.kind else { panic!("no record") };
        for name in yields.unless {
            assert!(body.properties.iter().any(|property| property.name == *name), "{} {name}", operation.name);
        }
    }
}

#[test]
fn the_groups_of_regions_are_the_providers() {
    let Kind::Enum { values, .. } = contract::PROVIDER.kind else { panic!("providers are no enum") };
    assert!(contract::REGION_GROUPS.iter().map(|(provider, _)| provider).eq(values));
}

#[test]
fn the_named_schemas_stand_in_the_order_of_their_names() {
    assert!(SCHEMAS.is_sorted_by_key(|(name, _)| *name));
    assert_eq!(SCHEMAS.len(), NAMED.len());
    for ((name, schema), named) in SCHEMAS.iter().zip(&NAMED) {
        assert!(std::ptr::eq(*schema, named), "{name}");
    }
}
