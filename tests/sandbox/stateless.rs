//! Operations without state: their list in the documentation, and that nothing that happens changes their results.

use clickhouse_cloud::contract::{Method, OPERATIONS};
use clickhouse_cloud::sandbox::{Options, is_stateless};
use serde_json::json;

use crate::cloud::Cloud;

/// The most that there may be: all others have state.
const MOST: usize = 15;

#[test]
fn the_documentation_lists_them() {
    let page = include_str!("../../docs/sandbox-resources.md");
    let (_, section) = page.split_once("\n## Without state\n").unwrap();
    let mut listed: Vec<&str> =
        section.lines().filter_map(|line| line.strip_prefix("- `")?.split_once('`')).map(|it| it.0).collect();
    let mut stateless: Vec<&str> = OPERATIONS.iter().filter(|it| is_stateless(it)).map(|it| it.name).collect();
    listed.sort_unstable();
    stateless.sort_unstable();
    assert_eq!(listed, stateless);
    assert!(stateless.len() <= MOST);
}

/// The results of all of them on a service and a Postgres service.
fn results(cloud: &mut Cloud, service: &str, postgres: &str) -> Vec<(&'static str, String)> {
    let kinesis = json!({ "source": { "kinesis": {
        "streamName": "events", "format": "JSONEachRow", "region": "us-east-1", "iteratorType": "LATEST",
        "authentication": "IAM_ROLE", "iamRole": "arn:aws:iam::123456789012:role/reader",
    } } });
    let send = |operation: &clickhouse_cloud::contract::Operation| {
        let path = operation.path.replace("{serviceId}", service).replace("{postgresId}", postgres);
        let (_, path) = path.split_once("{organizationId}").unwrap();
        let query = if operation.query_parameters.is_empty() { "" } else { "?cloud_provider=aws&region_id=eu-west-1" };
        let body = (operation.method == Method::Post).then(|| kinesis.to_string());
        let received = cloud.send(operation.method, &cloud.url(&format!("{path}{query}")), body);
        assert_eq!(received.status, 200, "{}", received.text);
        let result = if received.json.is_null() { received.text } else { received.json["result"].to_string() };
        (operation.name, result)
    };
    OPERATIONS.iter().copied().filter(|it| is_stateless(it)).map(send).collect()
}

#[test]
fn nothing_changes_their_results() {
    let body = json!({ "name": "shop", "provider": "aws", "region": "us-east-1", "size": "m8gd.xlarge" });
    let mut all = Vec::new();
    for seed in [1, 2] {
        let mut cloud = Cloud::of(Options { seed, rate_limit: None, ..Options::default() });
        let (service, _) = cloud.create_running(&json!({ "idleScaling": false }));
        let postgres = cloud.post("/postgres", &body).result()["id"].as_str().unwrap().to_owned();
        all.push(results(&mut cloud, &service, &postgres));
        let settings = json!({ "settings": json!({ "keep_alive_timeout": 20 }).to_string() });
        cloud.patch(&format!("/services/{service}/clickhouseSettings"), &settings).result();
        cloud.patch(&format!("/services/{service}"), &json!({ "name": "other" })).result();
        cloud.wait(86_400.0);
        all.push(results(&mut cloud, &service, &postgres));
        let (other, _) =
            cloud.create_running(&json!({ "idleScaling": false, "provider": "gcp", "region": "europe-west4" }));
        all.push(results(&mut cloud, &other, &postgres));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
    assert!(!all[0].is_empty());
}
