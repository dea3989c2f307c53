//! Credentials: how a 401 names them, and that none travels in the clear.

use clickhouse_cloud::client::{CallOptions, Settings};
use clickhouse_cloud::contract;
use clickhouse_cloud::error::{CredentialSource, Error};
use clickhouse_cloud::request::Arguments;
use clickhouse_cloud::secret::Secret;

use super::cloud::{Cloud, failed};
use super::network::answer;

fn own(name: &str) -> CallOptions {
    CallOptions { headers: vec![(name.to_owned(), "Planted-Token".to_owned())], ..CallOptions::default() }
}

fn list(cloud: &Cloud, options: &CallOptions) -> Result<(), Box<Error>> {
    cloud.run(cloud.client.call(&contract::SERVICES_LIST, &Arguments::default(), options)).map(|_| ())
}

#[test]
fn a_401_names_what_was_used() {
    let said = |change: fn(&mut Settings), options: &CallOptions| {
        let cloud = Cloud::with(change);
        cloud.network.next(answer(401, r#"{"status":401,"error":"UNAUTHORIZED: no"}"#));
        failed(list(&cloud, options)).to_string()
    };
    let none = CallOptions::default();
    let cases = [
        (said(|_| {}, &none), "; check the options keyId and keySecret"),
        (
            said(|settings| settings.credentials = CredentialSource::Environment, &none),
            "; check CLICKHOUSE_CLOUD_API_KEY and CLICKHOUSE_CLOUD_API_SECRET, from which the key was taken",
        ),
        (
            said(|settings| settings.credentials = CredentialSource::BearerToken, &none),
            "; check the option bearerToken",
        ),
        (said(|_| {}, &own("authorization")), "; check the authorization header, which was given among the headers"),
        (
            said(|settings| settings.target.headers = vec![("authorization".to_owned(), "x".to_owned())], &none),
            "; check the authorization header, which was given among the headers",
        ),
        (
            said(|settings| settings.target.authorization = None, &own("x-trace")),
            "; no credentials were sent: give keyId and keySecret, or bearerToken, or let the backend at baseUrl add them",
        ),
    ];
    for (message, advice) in cases {
        assert!(message.starts_with("services.list: 401 UNAUTHORIZED: no;") && message.ends_with(advice), "{message}");
    }
}

#[test]
fn credentials_of_the_callers_own_do_not_travel_in_the_clear() {
    let clear = |allowed: bool| {
        Cloud::with(|settings| {
            settings.target.base_url = "http://sandbox:8080".to_owned();
            settings.target.authorization = None;
            settings.in_the_clear = !allowed;
        })
    };
    for name in ["authorization", "cookie", "x-api-key", "proxy-authorization", "x-auth-token"] {
        let cloud = clear(false);
        let build =
            cloud.client.build(&contract::SERVICES_LIST, &Arguments::default(), &own(name).headers).err().unwrap();
        for error in [failed(list(&cloud, &own(name))), *build] {
            let message = error.to_string();
            assert!(matches!(error, Error::Configuration(_)), "{message}");
            for word in
                ["services.list: ", name, "http://sandbox:8080", "allowHttp: true", "CLICKHOUSE_CLOUD_ALLOW_HTTP=1"]
            {
                assert!(message.contains(word), "{word} in {message}");
            }
            assert!(!message.contains("Planted-Token"), "{message}");
        }
        assert_eq!(cloud.network.count(), 0);
        let cloud = clear(true);
        cloud.network.next(answer(200, r#"{"result":[]}"#));
        assert!(list(&cloud, &own(name)).is_ok(), "permitted");
    }
    let cloud = clear(false);
    cloud.network.next(answer(200, r#"{"result":[]}"#));
    assert!(list(&cloud, &own("x-trace")).is_ok(), "no credential");
}

#[test]
fn the_clients_own_are_refused_before_its_first_call() {
    let settings = |change: fn(&mut Settings)| {
        let mut settings = super::cloud::settings(&clickhouse_cloud::sandbox::Options::default());
        settings.in_the_clear = true;
        change(&mut settings);
        let own = settings.target.authorization.clone();
        settings.check_secrecy("new CloudClient", own.as_ref(), &settings.target.headers)
    };
    let refused = |change| settings(change).err().unwrap().to_string();
    assert!(refused(|_| {}).starts_with("new CloudClient: the key would travel in the clear to https://"));
    assert!(refused(|settings| settings.credentials = CredentialSource::BearerToken).contains("the bearerToken would"));
    assert!(
        refused(|settings| {
            settings.target.authorization = None;
            settings.target.headers = vec![("cookie".to_owned(), "Planted-Token".to_owned())];
        })
        .contains("the header cookie would")
    );
    assert!(settings(|settings| settings.target.authorization = None).is_ok());
    assert!(settings(|settings| settings.in_the_clear = false).is_ok());
    // A secret stays one.
    assert!(
        !refused(|settings| settings.target.authorization = Some(Secret::new("Basic Planted"))).contains("Planted")
    );
}
