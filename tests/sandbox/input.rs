//! Bodies: each wrong field is named, right ones show in the service.

use clickhouse_cloud::contract::Method;
use serde_json::{Value, json};

use crate::cloud::{Cloud, body};

#[test]
fn a_body_without_json_is_a_bad_request() {
    let mut cloud = Cloud::new();
    let url = cloud.url("/services");
    for text in ["", " ", "\u{a0}{}", "{", "{\"name\":}", "nonsense", "{}{}", "\"\u{1}\""] {
        let answer = cloud.send(Method::Post, &url, Some(text.to_owned()));
        assert!(answer.refused(400).starts_with("BAD_REQUEST: body"), "{text}: {}", answer.text);
    }
    for text in ["[]", "null", "1", "\"x\""] {
        assert_eq!(cloud.send(Method::Post, &url, Some(text.to_owned())).status, 400);
    }
    let deep = "[".repeat(100_000);
    assert_eq!(cloud.send(Method::Post, &url, Some(deep)).status, 400);
    assert_eq!(cloud.send(Method::Post, &url, None).status, 400);
    assert_eq!(cloud.get("/services").result(), &json!([]));
}

#[test]
fn a_query_parameter_has_one_value_of_its_type() {
    let mut cloud = Cloud::new();
    assert_eq!(cloud.get("/prometheus?filtered_metrics=true").status, 200);
    for query in [
        "filtered_metrics=null",
        "filtered_metrics=true&filtered_metrics=false",
        "filtered_metrics=1",
        "filtered_metrics=",
    ] {
        let refusal = cloud.get(&format!("/prometheus?{query}"));
        assert!(refusal.refused(400).starts_with("BAD_REQUEST: query.filtered_metrics: "), "{query}: {}", refusal.text);
    }
}

#[test]
fn a_bad_creation_names_the_field() {
    let mut cloud = Cloud::new();
    let cases = [
        ("name", json!({ "name": "x".repeat(51) })),
        ("name", json!({ "name": "" })),
        ("name", json!({ "name": 1 })),
        ("provider", json!({ "provider": "ibm" })),
        ("nmae", json!({ "nmae": "x" })),
        ("ipAccessList[1].source", json!({ "ipAccessList": [{ "source": "10.0.0.1" }, { "source": "10.0.0.0/33" }] })),
        ("ipAccessList[1]", json!({ "ipAccessList": [{ "source": "10.0.0.1" }, { "source": "10.0.0.1" }] })),
        ("minReplicaMemoryGb", json!({ "minReplicaMemoryGb": 9 })),
        ("maxReplicaMemoryGb", json!({ "maxReplicaMemoryGb": 360 })),
        ("minTotalMemoryGb", json!({ "minTotalMemoryGb": 36.5 })),
        ("idleTimeoutMinutes", json!({ "idleTimeoutMinutes": 4 })),
        ("numReplicas", json!({ "numReplicas": 21 })),
        ("backupId", json!({ "backupId": "x" })),
        ("region", json!({ "region": "westus3" })),
        ("region", json!({ "provider": "gcp", "region": "eu-west-1" })),
        ("region", json!({ "provider": "azure", "region": "us-east1" })),
        ("region", json!({ "region": "" })),
        ("maxReplicas", json!({ "minReplicas": 1 })),
        ("minReplicas", json!({ "maxReplicas": 1 })),
        ("isReadonly", json!({ "isReadonly": true })),
        ("tags[1]", json!({ "tags": [{ "key": "a", "value": "1" }, { "key": "a", "value": "2" }] })),
    ];
    for (field, more) in cases {
        let answer = cloud.post("/services", &body(&more));
        let text = answer.refused(400);
        assert!(text.starts_with("BAD_REQUEST: body"), "{text}");
        assert!(text.contains(field), "{field}: {text}");
        assert!(text.contains("expected"), "{text}");
    }
    assert_eq!(cloud.get("/services").result(), &json!([]));
}

#[test]
fn a_region_that_the_contract_does_not_list_is_accepted() {
    let mut cloud = Cloud::new();
    for (provider, region) in
        [("aws", "eusc-de-east-1"), ("aws", "us-gov-west-1"), ("gcp", "africa-south1"), ("azure", "x"), ("aws", "Mars")]
    {
        let (id, _) = cloud.create(&json!({ "provider": provider, "region": region }));
        assert_eq!(cloud.get(&format!("/services/{id}")).result()["region"], region);
    }
}

#[test]
fn every_issue_comes_at_once() {
    let mut cloud = Cloud::new();
    let text = cloud.post("/services", &body(&json!({ "name": "", "provider": "ibm" }))).refused(400).to_owned();
    assert!(text.contains("name") && text.contains("provider"), "{text}");
}

#[test]
fn region_and_region_id_both_work_but_not_together() {
    let mut cloud = Cloud::new();
    let founding = json!({ "name": "a", "provider": "gcp", "regionId": "europe-west4", "ipAccessList": [] });
    let service = cloud.post("/services", &founding).result()["service"].clone();
    assert_eq!(service["region"], "europe-west4");
    assert_eq!(service.get("regionId"), None);
    let both = json!({ "name": "a", "provider": "gcp", "region": "europe-west4", "regionId": "europe-west4", "ipAccessList": [] });
    assert!(cloud.post("/services", &both).refused(400).contains("region"));
    let other = json!({ "name": "a", "provider": "gcp", "regionId": "westus3", "ipAccessList": [] });
    let text = r#"BAD_REQUEST: body.regionId: expected a region of gcp, received "westus3" of azure"#;
    assert_eq!(cloud.post("/services", &other).refused(400), text);
    let none = json!({ "name": "a", "provider": "gcp", "ipAccessList": [] });
    assert!(cloud.post("/services", &none).refused(400).contains("region"));
}

#[test]
fn a_new_service_shows_what_it_was_created_with() {
    let mut cloud = Cloud::new();
    let asked = json!({
        "ipAccessList": [{ "source": "10.0.0.0/8", "description": "office" }, { "source": "::1" }],
        "minReplicaMemoryGb": 8,
        "maxReplicaMemoryGb": 24,
        "numReplicas": 2,
        "idleScaling": true,
        "idleTimeoutMinutes": 30,
        "releaseChannel": "fast",
        "profile": "v1-highmem-xs",
        "tags": [{ "key": "team", "value": "data" }],
        "enableCoreDumps": false,
        "hasTransparentDataEncryption": true,
        "complianceType": "hipaa",
    });
    let answer = cloud.post("/services", &body(&asked));
    let service = &answer.result()["service"];
    for (name, value) in body(&asked).as_object().unwrap() {
        assert_eq!(&service[name], value, "{name}");
    }
    assert_eq!(service["state"], "provisioning");
    assert_eq!(service["createdAt"], "2026-08-01T00:00:00Z");
    assert_eq!(service["isPrimary"], true);
    assert_eq!(service["minTotalMemoryGb"], 24);
    assert_eq!(service["maxTotalMemoryGb"], 72);
    assert_eq!(service["autoscalingMode"], "vertical");
    assert_eq!(service.get("tier"), None);
    assert_eq!(service["currentScaling"]["effectiveMaxReplicaMemoryGb"], 24);
    assert_eq!(service["currentScaling"]["effectiveMinReplicas"], 2);
    let id = service["id"].as_str().unwrap();
    assert_eq!(cloud.get(&format!("/services/{id}")).result(), service);
    assert_eq!(cloud.get("/services").result(), &json!([service]));
}

#[test]
fn endpoints_look_right_for_the_provider() {
    let mut cloud = Cloud::new();
    for (provider, region) in [("aws", "eu-west-1"), ("gcp", "us-east1"), ("azure", "westus3")] {
        let (id, _) = cloud.create(&json!({ "provider": provider, "region": region }));
        let path = format!("/services/{id}");
        let endpoints = cloud.get(&path).result()["endpoints"].clone();
        let host = endpoints[0]["host"].as_str().unwrap();
        assert!(host.ends_with(&format!(".{region}.{provider}.clickhouse.cloud")), "{host}");
        let ports: Vec<_> = endpoints.as_array().unwrap().iter().map(|it| (&it["protocol"], &it["port"])).collect();
        assert_eq!(ports, [(&json!("nativesecure"), &json!(9440)), (&json!("https"), &json!(8443))]);

        let mysql = json!({ "endpoints": [{ "protocol": "mysql", "enabled": true }] });
        let answer = cloud.patch(&path, &mysql);
        let opened = &answer.result()["endpoints"][2];
        assert_eq!((&opened["protocol"], &opened["port"]), (&json!("mysql"), &json!(3306)));
        let mysql = json!({ "endpoints": [{ "protocol": "mysql", "enabled": false }] });
        assert_eq!(cloud.patch(&path, &mysql).result()["endpoints"], endpoints);
    }
}

#[test]
fn properties_come_in_the_contracts_order() {
    let mut cloud = Cloud::new();
    let text = cloud.post("/services", &body(&json!({}))).text;
    let positions: Vec<usize> = [
        "\"status\"",
        "\"requestId\"",
        "\"result\"",
        "\"service\"",
        "\"id\"",
        "\"name\"",
        "\"provider\"",
        "\"region\"",
        "\"state\"",
        "\"endpoints\"",
        "\"ipAccessList\"",
        "\"password\":",
    ]
    .iter()
    .map(|name| text.find(name).unwrap())
    .collect();
    assert!(positions.is_sorted(), "{positions:?} {text}");
}

#[test]
fn an_update_changes_what_it_names() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let path = format!("/services/{id}");
    let before = cloud.get(&path).result().clone();
    let after = cloud.patch(&path, &json!({ "name": "renamed", "releaseChannel": "slow" })).result().clone();
    for (name, value) in before.as_object().unwrap() {
        let expected = match name.as_str() {
            "name" => &json!("renamed"),
            "releaseChannel" => &json!("slow"),
            _ => value,
        };
        assert_eq!(&after[name], expected, "{name}");
    }
    for wrong in [
        json!({}),
        json!({ "name": "" }),
        json!({ "tier": "production" }),
        json!({ "transparentDataEncryptionKeyId": "k" }),
    ] {
        assert_eq!(cloud.patch(&path, &wrong).status, 400);
    }
    assert_eq!(cloud.get(&path).result(), &after);
}

fn sources(service: &Value) -> Vec<&str> {
    service["ipAccessList"].as_array().unwrap().iter().map(|entry| entry["source"].as_str().unwrap()).collect()
}

#[test]
fn addresses_are_removed_before_others_are_added() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({ "ipAccessList": [{ "source": "10.0.0.1" }, { "source": "10.0.0.2" }] }));
    let path = format!("/services/{id}");
    let list = |add: Value, remove: Value| json!({ "ipAccessList": { "add": add, "remove": remove } });
    let one = |source: &str| json!({ "source": source });

    let replaced = json!([{ "source": "10.0.0.1", "description": "again" }, one("10.0.0.3")]);
    let answer = cloud.patch(&path, &list(replaced, json!([one("10.0.0.1"), one("10.9.9.9")])));
    assert_eq!(sources(answer.result()), ["10.0.0.2", "10.0.0.1", "10.0.0.3"]);
    assert_eq!(answer.result()["ipAccessList"][1]["description"], "again");

    let text = cloud.patch(&path, &list(json!([one("10.0.0.4"), one("10.0.0.2")]), json!([]))).refused(400).to_owned();
    assert!(text.contains("body.ipAccessList.add[1]") && text.contains("10.0.0.2"), "{text}");
    assert_eq!(cloud.patch(&path, &list(json!([one("10.0.0.5"), one("10.0.0.5")]), json!([]))).status, 400);
    assert_eq!(sources(cloud.get(&path).result()), ["10.0.0.2", "10.0.0.1", "10.0.0.3"]);

    let all = json!([one("10.0.0.1"), one("10.0.0.2"), one("10.0.0.3")]);
    assert_eq!(cloud.patch(&path, &json!({ "ipAccessList": { "remove": all } })).result()["ipAccessList"], json!([]));
}

#[test]
fn addresses_count_by_what_they_stand_for() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({ "ipAccessList": [
        { "source": "10.0.0.1" }, { "source": "2001:DB8:0:0::1/128" }, { "source": "10.1.2.3/8" },
        { "source": "::ffff:1.2.3.4" }, { "source": "10.0.0.0/9" },
    ] }));
    let path = format!("/services/{id}");
    let mut change =
        |part: &str, source: &str| cloud.patch(&path, &json!({ "ipAccessList": { part: [{ "source": source }] } }));
    for known in ["10.0.0.1/32", "2001:db8::1", "10.0.0.0/8", "::ffff:102:304"] {
        assert!(change("add", known).refused(400).contains(known), "{known} is there already");
    }
    for (source, left) in [
        ("10.0.0.2", 5),
        ("10.0.0.1/31", 5),
        ("10.0.0.1/32", 4),
        ("2001:0db8:0000::0001", 3),
        ("10.255.0.0/8", 2),
        ("::FFFF:102:304/128", 1),
    ] {
        assert_eq!(sources(change("remove", source).result()).len(), left, "{source}");
    }
    assert_eq!(sources(cloud.get(&path).result()), ["10.0.0.0/9"]);
}

#[test]
fn private_endpoints_change_like_addresses() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({ "privateEndpointIds": ["vpce-1", "vpce-2"] }));
    let path = format!("/services/{id}");
    let change = json!({ "privateEndpointIds": { "add": ["vpce-1", "vpce-3"], "remove": ["vpce-1", "vpce-9"] } });
    let after = cloud.patch(&path, &change).result()["privateEndpointIds"].clone();
    assert_eq!(after, json!(["vpce-2", "vpce-1", "vpce-3"]));
    let text = cloud.patch(&path, &json!({ "privateEndpointIds": { "add": ["vpce-3"] } })).refused(400).to_owned();
    assert!(text.contains("body.privateEndpointIds.add[0]") && text.contains("vpce-3"), "{text}");
    assert_eq!(cloud.get(&path).result()["privateEndpointIds"], after);
}

#[test]
fn lists_are_bounded() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({}));
    let path = format!("/services/{id}");
    let add = |from: usize, to: usize| {
        let all: Vec<Value> =
            (from..to).map(|at| json!({ "source": format!("10.0.{}.{}", at / 256, at % 256) })).collect();
        json!({ "ipAccessList": { "add": all } })
    };
    assert_eq!(cloud.patch(&path, &add(0, 1_000)).status, 200);
    assert!(cloud.patch(&path, &add(1_000, 1_001)).refused(400).contains("body.ipAccessList: expected at most 1000"));
    let tags: Vec<Value> = (0..50).map(|at| json!({ "key": format!("k{at}") })).collect();
    assert_eq!(cloud.patch(&path, &json!({ "tags": { "add": tags } })).status, 200);
    let more = json!({ "tags": { "add": [{ "key": "more" }] } });
    assert!(cloud.patch(&path, &more).refused(400).contains("body.tags: expected at most 50"));
    let replaced = json!({ "tags": { "add": [{ "key": "K0" }], "remove": [{ "key": "k0" }] } });
    assert_eq!(cloud.patch(&path, &replaced).result()["tags"][49], json!({ "key": "K0" }));
}

#[test]
fn a_refused_update_changes_nothing() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create(&json!({ "ipAccessList": [{ "source": "10.0.0.1" }] }));
    let path = format!("/services/{id}");
    let body = json!({ "name": "renamed", "ipAccessList": { "add": [{ "source": "10.0.0.1" }] } });
    assert_eq!(cloud.patch(&path, &body).status, 400);
    assert_eq!(cloud.get(&path).result()["name"], "events");
}

#[test]
fn tags_change_and_filter() {
    let mut cloud = Cloud::new();
    let tag = |key: &str, value: &str| json!({ "key": key, "value": value });
    let (first, _) = cloud.create(&json!({ "tags": [tag("team", "data"), tag("env", "prod")] }));
    let (second, _) = cloud.create(&json!({ "tags": [tag("team", "data"), tag("env", "test")] }));
    cloud.create(&json!({}));
    let mut found = |query: &str| -> Vec<String> {
        let answer = cloud.get(&format!("/services?{query}"));
        answer.result().as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found("filter=tag:team=data"), [first.as_str(), second.as_str()]);
    assert_eq!(found("filter=tag%3Ateam%3Ddata&filter=tag:env=test"), [second.as_str()]);
    assert_eq!(found("filter=tag:env"), [first.as_str(), second.as_str()]);
    assert_eq!(found("filter=tag:env=other"), [""; 0]);
    assert_eq!(found("other=1").len(), 3);
    for wrong in ["name=x", "team=data", "tag:", "tag:=x", "tag:a=", "tag:a=b=c", ""] {
        let text = cloud.get(&format!("/services?filter=tag:team&filter={wrong}")).refused(400).to_owned();
        assert!(text.starts_with("BAD_REQUEST: query.filter[1]: expected tag:KEY or tag:KEY=VALUE"), "{text}");
    }

    let path = format!("/services/{first}");
    let change = json!({ "tags": { "add": [tag("env", "test")], "remove": [tag("env", "prod")] } });
    assert_eq!(cloud.patch(&path, &change).result()["tags"], json!([tag("team", "data"), tag("env", "test")]));
    let again = json!({ "tags": { "add": [tag("env", "prod")] } });
    assert!(cloud.patch(&path, &again).refused(400).contains("body.tags.add[0]"));
    let other_value = json!({ "tags": { "remove": [tag("env", "prod")] } });
    assert_eq!(cloud.patch(&path, &other_value).result()["tags"].as_array().unwrap().len(), 2);
}

#[test]
fn no_refusal_repeats_a_secret() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let answer = cloud.patch(&format!("/services/{id}/password"), &json!({ "newPasswordHash": "tellmenot" }));
    assert!(answer.refused(400).contains("newPasswordHash"));
    assert!(!answer.text.contains("tellmenot"));
}

#[test]
fn values_that_an_open_enum_does_not_list_are_refused() {
    let mut cloud = Cloud::new();
    let (id, _) = cloud.create_running(&json!({}));
    let service = format!("/services/{id}");
    let postgres = |name: &str, value: &str| {
        let mut body = json!({ "name": "p", "provider": "aws", "region": "us-east-1", "size": "c6gd.large" });
        body[name] = value.into();
        body
    };
    let endpoint = format!("{service}/clickpipesReversePrivateEndpoints");
    for (method, path, body, place) in [
        (Method::Post, "/services", body(&json!({ "tier": "zz" })), "body.tier"),
        (Method::Post, "/services", body(&json!({ "profile": "zz" })), "body.profile"),
        (Method::Patch, &service, json!({ "releaseChannel": "zz" }), "body.releaseChannel"),
        (Method::Post, "/postgres", postgres("size", "zz"), "body.size"),
        (Method::Post, "/postgres", postgres("postgresVersion", "1"), "body.postgresVersion"),
        (Method::Post, "/postgres", postgres("provider", "zz"), "body.provider"),
        (
            Method::Post,
            &format!("{service}/serviceQueryEndpoint"),
            json!({ "roles": ["sql_console_admin", "zz"], "openApiKeys": [] }),
            "body.roles[1]",
        ),
        (Method::Post, &endpoint, json!({ "description": "d", "type": "zz", "mskClusterArn": "arn" }), "body.type"),
    ] {
        let url = cloud.url(path);
        let refused = cloud.send(method, &url, Some(body.to_string())).refused(400).to_owned();
        assert!(refused.starts_with(&format!("BAD_REQUEST: {place}: expected ")), "{refused}");
    }
    let created = cloud.post("/postgres", &postgres("name", "p")).result()["id"].as_str().unwrap().to_owned();
    let days = "from_date=2026-08-01T00:00:00Z&to_date=2026-08-01T01:00:00Z";
    let sorted = cloud.get(&format!("/postgres/{created}/slowQueryPatterns?{days}&sort_by=zz"));
    assert!(sorted.refused(400).starts_with("BAD_REQUEST: query.sort_by: expected one of "), "{}", sorted.text);
    // New regions come without a new contract.
    for body in [body(&json!({ "region": "the moon" })), json!({ "name": "x", "provider": "aws", "regionId": "mars" })]
    {
        assert_eq!(cloud.post("/services", &body).status, 200, "{body}");
    }
}
