//! What belongs together in a request: empty changes, horizontal scaling, regions and their providers, filters, hashes; and
//! the advice that a refusal gives.

use clickhouse_cloud::contract;
use clickhouse_cloud::issue::{Code, Issue, Step};
use clickhouse_cloud::request::{Argument, Arguments};
use serde_json::{Value, json};

use super::{checked, create, issues, of_organization, of_service, short};

fn update(body: Value) -> Arguments {
    of_service(Some(body))
}

#[test]
fn changes_that_change_nothing_are_refused_where_they_are_empty() {
    for (body, expected) in [
        (json!({ "tags": { "add": [], "remove": [] } }), &["body.tags count"][..]),
        (json!({ "tags": { "add": [] } }), &["body.tags count"]),
        (json!({ "tags": {} }), &["body.tags count"]),
        (json!({ "ipAccessList": { "add": [] } }), &["body.ipAccessList count"]),
        (json!({ "ipAccessList": { "remove": [ ] }, "name": "x" }), &["body.ipAccessList count"]),
        (json!({ "privateEndpointIds": { "add": [], "remove": [] } }), &["body.privateEndpointIds count"]),
        (json!({ "privateEndpointIds": { "add": [""] } }), &["body.privateEndpointIds.add[0] length"]),
        (json!({ "endpoints": [] }), &["body.endpoints count"]),
        (json!({ "transparentDataEncryptionKeyId": "" }), &["body.transparentDataEncryptionKeyId length"]),
        (json!({ "releaseChannel": "" }), &["body.releaseChannel enum"]),
        (json!({ "tags": { "add": [{ "key": "a" }], "remove": [] } }), &[]),
        (json!({ "ipAccessList": { "add": [], "remove": [{ "source": "::1" }] } }), &[]),
    ] {
        assert_eq!(short(&issues(&contract::SERVICES_UPDATE, &update(body.clone()))), expected, "{body}");
    }
    // Broken by its content alone: a raw body keeps its white space.
    let mut spaced = update(json!({}));
    spaced.body = Some("{ \"tags\": { \"add\": [ \n ], \"remove\": [\t] } }".to_owned());
    assert_eq!(short(&issues(&contract::SERVICES_UPDATE, &spaced)), ["body.tags count"]);
    // On a new service an empty list says what it says.
    let lists = create(json!({ "tags": [], "ipAccessList": [], "endpoints": [] }));
    assert_eq!(issues(&contract::SERVICES_CREATE, &lists), []);
}

#[test]
fn names_and_regions_that_nobody_can_read_are_refused() {
    for (more, expected) in [
        (json!({ "region": "" }), "body.region enum"),
        (json!({ "region": " \t" }), "body.region enum"),
        (json!({ "profile": "" }), "body.profile enum"),
        (json!({ "name": "   " }), "body.name pattern"),
        (json!({ "name": "\u{a0}\u{2003}\n" }), "body.name pattern"),
        (json!({ "dataWarehouseId": "" }), "body.dataWarehouseId length"),
    ] {
        assert_eq!(short(&issues(&contract::SERVICES_CREATE, &create(more.clone()))), [expected], "{more}");
    }
    let old = of_organization(Some(json!({ "name": " x ", "provider": "aws", "regionId": "" })));
    assert_eq!(short(&issues(&contract::SERVICES_CREATE, &old)), ["body.regionId enum"]);
    let found = issues(&contract::SERVICES_CREATE, &create(json!({ "name": "  " })));
    assert_eq!(found[0].message(), r#"expected a name that is not all white space, received "  ""#);
}

#[test]
fn horizontal_scaling_is_whole() {
    let scale = |body: &Value| short(&issues(&contract::SERVICES_UPDATE_REPLICA_SCALING, &update(body.clone())));
    for (body, expected) in [
        (json!({ "minReplicas": 2 }), &["body.maxReplicas required"][..]),
        (json!({ "maxReplicas": 2 }), &["body.minReplicas required"]),
        (
            json!({ "minReplicas": 2, "maxReplicas": 4, "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 16 }),
            &["body.minReplicaMemoryGb rule"],
        ),
        (
            json!({ "autoscalingMode": "horizontal", "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 16 }),
            &["body.minReplicaMemoryGb rule"],
        ),
        (json!({ "minReplicas": 2, "maxReplicas": 4, "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 8.0 }), &[]),
        (json!({ "minReplicas": 2, "maxReplicas": 2, "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 16 }), &[]),
        (json!({ "autoscalingMode": "vertical", "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 16 }), &[]),
    ] {
        assert_eq!(scale(&body), expected, "{body}");
        // Creation has the same rules.
        assert_eq!(short(&issues(&contract::SERVICES_CREATE, &create(body.clone()))), expected, "{body}");
    }
    let body = json!({ "autoscalingMode": "horizontal", "minReplicaMemoryGb": 8, "maxReplicaMemoryGb": 16 });
    let found = issues(&contract::SERVICES_UPDATE_REPLICA_SCALING, &update(body));
    let expected = r#"the same as maxReplicaMemoryGb (16) where autoscalingMode is "horizontal""#;
    assert_eq!(found[0].expected, expected);
}

#[test]
fn a_region_of_another_provider_is_sent_with_a_warning() {
    let warnings = |provider: &str, region: &str| -> Vec<String> {
        let body = json!({ "name": "x", "provider": provider, "region": region });
        let built = checked(&contract::SERVICES_CREATE, &of_organization(Some(body)));
        built.warnings.iter().map(Issue::line).collect()
    };
    for (provider, region) in [("aws", "eu-west-1"), ("gcp", "europe-west4"), ("azure", "westus3")] {
        assert_eq!(warnings(provider, region), [""; 0], "{region}");
    }
    assert_eq!(
        warnings("aws", "europe-west4"),
        [r#"body.region: expected a region of aws, received "europe-west4": it is written as those of gcp are"#]
    );
    // A new one of its own provider is only unknown; one of another is both.
    assert_eq!(warnings("aws", "eusc-de-east-1").len(), 1);
    assert_eq!(warnings("azure", "eusc-de-east-1").len(), 2);
    assert_eq!(warnings("azure", "The Moon").len(), 1);
    let old = of_organization(Some(json!({ "name": "x", "provider": "gcp", "regionId": "westus3" })));
    assert_eq!(checked(&contract::SERVICES_CREATE, &old).warnings.len(), 1);
}

#[test]
fn filters_are_tags() {
    let with = |filter: Value| {
        let mut arguments = of_organization(None);
        arguments.query.push(Argument { name: "filter".to_owned(), json: filter.to_string() });
        issues(&contract::SERVICES_LIST, &arguments)
    };
    let (key, value) = ("k".repeat(128), "v".repeat(256));
    for good in ["tag:team", "tag:team=data", "tag:A-z_0.9=A-z_0.9", &format!("tag:{key}={value}")] {
        assert_eq!(with(json!([good])), [], "{good}");
    }
    for bad in [
        "",
        "tag:",
        "tag:=data",
        "tag:team=",
        "tag:team=a=b",
        "tag:team data",
        " tag:team",
        "tag:team\n",
        "Tag:team",
        "team=data",
        "name=x",
        "tag:té",
        &format!("tag:{key}k"),
        &format!("tag:a={value}v"),
    ] {
        let found = with(json!(["tag:team", bad]));
        assert_eq!(short(&found), ["query.filter[1] pattern"], "{bad}");
        assert!(found[0].expected.starts_with("tag:KEY or tag:KEY=VALUE"), "{}", found[0].expected);
    }
    assert_eq!(short(&with(json!("tag:team=data"))), ["query.filter type"]);
}

#[test]
fn a_double_sha1_is_hexadecimal_and_never_alone() {
    let set = |body: Value| issues(&contract::SERVICES_UPDATE_PASSWORD, &update(body));
    let sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let hex = "d4cecba84f0a507325cd8aa82fcde04ea8be56b0";
    for hash in [hex, &hex.to_uppercase()] {
        assert_eq!(set(json!({ "newPasswordHash": sha256, "newDoubleSha1Hash": hash })), []);
        let alone = set(json!({ "newDoubleSha1Hash": hash }));
        assert_eq!(short(&alone), ["body.newPasswordHash required"]);
        assert_eq!(alone[0].message(), "expected a value beside newDoubleSha1Hash, received nothing");
    }
    for wrong in ["1M7LqE8KUHMlzYqoL83gTqi+VrA=", &hex[1..], &format!("*{hex}"), &format!("{hex} "), "yourpassword"] {
        let found = set(json!({ "newPasswordHash": sha256, "newDoubleSha1Hash": wrong }));
        assert_eq!(short(&found), ["body.newDoubleSha1Hash format"]);
        assert_eq!(found[0].message(), "expected 40 hexadecimal digits, received a string");
    }
}

#[test]
fn the_right_name_is_told_where_another_was_written() {
    let told = |operation, body: Value| {
        let found = issues(operation, &update(body));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].hint.clone().unwrap_or_default()
    };
    let update = &contract::SERVICES_UPDATE;
    for (body, expected) in [
        (json!({ "ipAccessList": [{ "source": "::1" }] }), "did you mean { add, remove }?"),
        (json!({ "tags": [] }), "did you mean { add, remove }?"),
        (json!({ "privateEndpointIds": ["a"] }), "did you mean { add, remove }?"),
        (json!({ "numReplicas": 3 }), "services.updateReplicaScaling takes it"),
        (json!({ "minReplicaMemoryGb": 8 }), "services.updateReplicaScaling takes it"),
        (json!({ "idleScaling": true }), "services.updateReplicaScaling takes it"),
        (json!({ "minTotalMemoryGb": 24 }), "services.updateScaling takes it"),
        (json!({ "command": "stop" }), "services.updateState takes it"),
        (json!({ "newPasswordHash": "x" }), "services.updatePassword takes it"),
        (json!({ "region": "eu-west-1" }), "services.create takes it"),
        (json!({ "endpoint": [] }), "did you mean endpoints?"),
        (json!({ "nobody": 1 }), ""),
    ] {
        assert_eq!(told(update, body.clone()), expected, "{body}");
    }
    for (name, expected) in [
        ("minReplicas", "services.updateReplicaScaling takes it"),
        ("maxReplicaMemoryGb", "services.updateReplicaScaling takes it"),
        ("numReplica", "did you mean numReplicas?"),
    ] {
        assert_eq!(
            told(&contract::SERVICES_UPDATE_SCALING, json!({ "idleScaling": true, name: 3 })),
            expected,
            "{name}"
        );
    }
    for (name, expected) in [("ip", "source"), ("cidr", "source"), ("desc", "description"), ("Comment", "description")]
    {
        let body = json!({ "ipAccessList": { "add": [{ "source": "::1", name: "x" }] } });
        assert_eq!(told(update, body), format!("did you mean {expected}?"));
    }
}

#[test]
fn what_json_could_not_hold_is_told_once_beside_all_else() {
    let mut arguments = create(json!({ "name": null, "tags": [null], "numReplicas": 21 }));
    let refused = |path: &[Step]| Issue {
        path: path.to_vec(),
        code: Code::Type,
        expected: "a value that JSON can hold".to_owned(),
        received: "a value of type bigint".to_owned(),
        hint: None,
    };
    let key = |key: &'static str| Step::Key(key.into());
    arguments.refused =
        vec![refused(&[key("body"), key("name")]), refused(&[key("body"), key("tags"), Step::Index(0)])];
    let found = short(&issues(&contract::SERVICES_CREATE, &arguments));
    assert_eq!(found, ["body.name type", "body.tags[0] type", "body.numReplicas maximum"]);
    arguments.body = create(json!({})).body;
    assert_eq!(issues(&contract::SERVICES_CREATE, &arguments).len(), 2, "it is never sent without");
}
