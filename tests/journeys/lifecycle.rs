//! A service from its creation to its end.

use clickhouse_cloud::client::helpers::Command;
use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::contract;
use clickhouse_cloud::error::Error;
use clickhouse_cloud::request::Argument;
use serde_json::{Value, json};

use super::cloud::{Cloud, body, failed, of, service};

#[test]
fn a_whole_life() {
    let cloud = Cloud::new();
    cloud.run(async {
        assert_eq!(cloud.list().await.unwrap().data, json!([]));

        let created = cloud.create(&body()).await.unwrap();
        let id = created.data["service"]["id"].as_str().unwrap().to_owned();
        let password = created.data["password"].as_str().unwrap().to_owned();
        assert_eq!(created.data["service"]["state"], "provisioning");
        assert_eq!(created.response.status, 200);
        assert_eq!(created.response.request_id.as_deref().unwrap().len(), 36);
        assert_eq!(created.response.attempt_log.attempts.len(), 1);
        assert!(cloud.network.sandbox.borrow().verify_password(&id, &password));

        let running = cloud.wait_for(&id, "running").await.unwrap();
        assert_eq!((&running["state"], &running["id"]), (&json!("running"), &json!(id)));
        assert_eq!(cloud.get(&id).await.unwrap().data, running);

        let change = json!({ "name": "renamed", "ipAccessList": { "add": [{ "source": "203.0.113.0/24" }] } });
        let updated = cloud.update(&id, &change).await.unwrap().data;
        assert_eq!(
            (&updated["name"], &updated["ipAccessList"][0]["source"]),
            (&json!("renamed"), &json!("203.0.113.0/24"))
        );

        let scaling = json!({ "minReplicaMemoryGb": 24, "maxReplicaMemoryGb": 48, "idleTimeoutMinutes": 10 });
        let scaled =
            cloud.call(&contract::SERVICES_UPDATE_REPLICA_SCALING, of(&id, Some(&scaling))).await.unwrap().data;
        assert_eq!((&scaled["minReplicaMemoryGb"], &scaled["idleTimeoutMinutes"]), (&json!(24), &json!(10)));
        let scaling = json!({ "minTotalMemoryGb": 48, "maxTotalMemoryGb": 96 });
        let scaled = cloud.call(&contract::SERVICES_UPDATE_SCALING, of(&id, Some(&scaling))).await.unwrap().data;
        assert_eq!((&scaled["minTotalMemoryGb"], &scaled["maxTotalMemoryGb"]), (&json!(48), &json!(96)));

        cloud.command(&id, Command::Stop).await.unwrap();
        cloud.wait_for(&id, "stopped").await.unwrap();
        cloud.command(&id, Command::Start).await.unwrap();
        cloud.wait_for(&id, "running").await.unwrap();

        cloud.stop_and_delete(&id).await.unwrap();
        let gone = failed(cloud.get(&id).await);
        assert!(matches!(&gone, Error::Api { code: Some(code), .. } if code == "NOT_FOUND"), "{gone}");
        assert_eq!(gone.status(), Some(404));
        assert_eq!(cloud.list().await.unwrap().data, json!([]));
    });
    assert_eq!(cloud.network.refused_by_limit(), 0);
    cloud.assert_quiet();
}

#[test]
fn the_founding_names_work_too() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let old = json!({ "name": "old", "provider": "gcp", "regionId": "europe-west4", "tier": "production" });
        let created = cloud.create(&old).await.unwrap().data;
        assert_eq!(created["service"]["tier"], "production");
        let sent = cloud.network.sent.borrow()[0].body.clone().unwrap();
        assert!(sent.contains("\"regionId\":\"europe-west4\"") && !sent.contains("\"region\""), "{sent}");
    });
}

#[test]
fn a_development_service_is_not_scaled() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let mut small = body();
        small["tier"] = "development".into();
        let id = cloud.created(&small).await;
        cloud.wait_for(&id, "running").await.unwrap();
        for (operation, scaling) in [
            (&contract::SERVICES_UPDATE_SCALING, json!({ "maxTotalMemoryGb": 48 })),
            (&contract::SERVICES_UPDATE_REPLICA_SCALING, json!({ "numReplicas": 2 })),
        ] {
            let refused = failed(cloud.call(operation, of(&id, Some(&scaling))).await);
            assert_eq!(refused.status(), Some(400));
            assert!(refused.to_string().contains("development"), "{refused}");
        }
        assert_eq!(cloud.get(&id).await.unwrap().data["state"], "running");
    });
}

#[test]
fn a_password_that_is_set_is_never_sent() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        for password in ["correct horse battery staple", "pässwörd \u{1F40E} \"'\\", "x"] {
            cloud.set_password(&id, password.as_bytes()).await.unwrap();
            assert!(cloud.network.sandbox.borrow().verify_password(&id, password), "{password}");
            assert!(cloud.network.sandbox.borrow().verify_mysql_password(&id, password), "{password}");
        }
        assert!(!cloud.network.sandbox.borrow().verify_password(&id, "correct horse battery staple"));
    });
    for sent in cloud.network.sent.borrow().iter() {
        assert!(!format!("{sent:?}").contains("horse battery"));
    }
    for (_, line) in cloud.network.lines.borrow().iter() {
        assert!(!line.contains("horse battery"));
    }
}

#[test]
fn a_password_that_is_reset_is_shown_once() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        let first = cloud.reset_password(&id).await.unwrap().data["password"].clone();
        let second = cloud.reset_password(&id).await.unwrap().data["password"].clone();
        assert_ne!(first, second);
        let sandbox = cloud.network.sandbox.borrow();
        assert!(sandbox.verify_password(&id, second.as_str().unwrap()));
        assert!(!sandbox.verify_password(&id, first.as_str().unwrap()));
    });
}

#[test]
fn a_password_of_an_idle_service_is_a_failed_dependency() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("idle").await;
        let error = failed(cloud.set_password(&id, b"x").await);
        assert_eq!(error.status(), Some(424));
        assert!(error.to_string().contains("services.ensureRunning"), "{error}");
        cloud.client.ensure_running(&service(&id), false, &WaitOptions::default()).await.unwrap();
        cloud.set_password(&id, b"x").await.unwrap();
        assert!(cloud.network.sandbox.borrow().verify_password(&id, "x"));
    });
}

#[test]
fn an_idle_service_is_woken() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.in_state("idle").await;
        let woken = cloud.command(&id, Command::Awake).await.unwrap().data;
        assert_eq!(woken["state"], "awaking");
        cloud.wait_for(&id, "running").await.unwrap();
        let again = cloud.command(&id, Command::Awake).await.unwrap().data;
        assert_eq!(again["state"], "running");
    });
}

#[test]
fn backups_are_listed_read_and_waited_for() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let id = cloud.running().await;
        assert_eq!(backups(&cloud, &id).await, json!([]));
        let mut all = json!([]);
        while all == json!([]) {
            cloud.world.sleep(10_000.0).await;
            all = backups(&cloud, &id).await;
        }
        assert_eq!(all[0]["status"], "in_progress");
        let backup = Argument::text("backupId", all[0]["id"].as_str().unwrap());
        let mut arguments = of(&id, None);
        arguments.path.push(backup.clone());
        assert_eq!(cloud.call(&contract::BACKUPS_GET, arguments).await.unwrap().data, all[0]);

        let options = WaitOptions::default();
        let done = cloud.client.wait_for_backup(&service(&id), &backup, &options).await.unwrap();
        assert_eq!((&done["status"], &done["id"]), (&json!("done"), &all[0]["id"]));
        assert!(done["finishedAt"].is_string() && done["sizeInBytes"].is_number());

        let mut restored = body();
        restored["backupId"] = done["id"].clone();
        assert_eq!(cloud.create(&restored).await.unwrap().data["service"]["state"], "provisioning");
    });
    cloud.assert_quiet();
}

async fn backups(cloud: &Cloud, id: &str) -> Value {
    cloud.call(&contract::BACKUPS_LIST, of(id, None)).await.unwrap().data
}

#[test]
fn a_list_is_filtered_by_tags() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        for env in ["prod", "test"] {
            let mut tagged = body();
            tagged["tags"] = json!([{ "key": "env", "value": env }, { "key": "team", "value": "a" }]);
            cloud.create(&tagged).await.unwrap();
        }
        let mut arguments = clickhouse_cloud::request::Arguments::default();
        arguments
            .query
            .push(Argument { name: "filter".to_owned(), json: r#"["tag:env=prod","tag:team=a"]"#.to_owned() });
        let found = cloud.call(&contract::SERVICES_LIST, arguments).await.unwrap().data;
        assert_eq!(found.as_array().unwrap().len(), 1);
        assert_eq!(cloud.network.sent.borrow().last().unwrap().query, "filter=tag%3Aenv%3Dprod&filter=tag%3Ateam%3Da");
    });
}

#[test]
fn the_organization_is_read() {
    let cloud = Cloud::unlimited();
    cloud.run(async {
        let all = cloud.call(&contract::ORGANIZATIONS_LIST, Default::default()).await.unwrap().data;
        let one = cloud.call(&contract::ORGANIZATIONS_GET, Default::default()).await.unwrap().data;
        assert_eq!(all, json!([one]));
    });
}
