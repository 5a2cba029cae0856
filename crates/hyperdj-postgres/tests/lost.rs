//! Statements that are cancelled, servers that fall silent, connections that are lost.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_cluster::Cluster;
use hyperdj_postgres::{Client, Error};
use std::process::Command;
use std::time::{Duration, Instant};
use support::{cluster, connect, value};

fn both_ways(cluster: &Cluster) -> [Client; 2] {
    [
        connect(&cluster.socket_url("postgres")),
        connect(&cluster.tcp_url("postgres")),
    ]
}

#[test]
fn cancelling_ends_the_statement_and_not_the_session() {
    let cluster = cluster();
    // From version 18 on the key can be a longer one.
    let longer = connect(&format!(
        "{}&max_protocol_version=3.2",
        cluster.socket_url("postgres")
    ));
    for mut client in both_ways(&cluster).into_iter().chain([longer]) {
        let token = client.cancel_token().unwrap();
        assert!(format!("{token:?}").contains("process_id"));
        let canceller = std::thread::spawn(move || {
            // A request that comes before the statement has no effect: ask until it has.
            for _ in 0..100 {
                std::thread::sleep(Duration::from_millis(100));
                if token.cancel().is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let error = client.query("SELECT pg_sleep(60)", &[]).unwrap_err();
        assert_eq!(error.sqlstate(), Some("57014"), "{error:?}");
        assert!(started.elapsed() < Duration::from_secs(30));
        drop(canceller);
    }
}

#[test]
fn a_silent_server_is_given_up() {
    let cluster = cluster();
    let mut client = connect(&cluster.socket_url("postgres"));
    client.set_read_timeout(Some(Duration::from_millis(300)));
    assert_eq!(value(&mut client, "SELECT 1"), "1");
    let error = client.query("SELECT pg_sleep(60)", &[]).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(
        error.to_string().contains("300ms") && error.hint().is_some(),
        "{error}"
    );
    // What it says later answers nobody's question.
    assert!(matches!(
        client.query("SELECT 1", &[]),
        Err(Error::Closed { .. })
    ));
}

#[test]
fn a_session_that_an_administrator_ends() {
    let cluster = cluster();
    for mut client in both_ways(&cluster) {
        let process = client.process_id().unwrap();
        let ender = std::thread::spawn({
            let url = cluster.socket_url("postgres");
            move || {
                let mut other = connect(&url);
                while value(
                    &mut other,
                    &format!("SELECT state FROM pg_stat_activity WHERE pid = {process}"),
                ) != "active"
                {
                    std::thread::sleep(Duration::from_millis(20));
                }
                value(
                    &mut other,
                    &format!("SELECT pg_terminate_backend({process})"),
                )
            }
        });
        let error = client.query("SELECT pg_sleep(60)", &[]).unwrap_err();
        assert_eq!(error.sqlstate(), Some("57P01"), "{error:?}");
        assert_eq!(ender.join().unwrap(), "t");
        assert!(matches!(
            client.query("SELECT 1", &[]),
            Err(Error::Closed { .. })
        ));
    }
}

#[test]
fn a_session_that_was_ended_between_statements() {
    let cluster = cluster();
    let mut client = connect(&cluster.tcp_url("postgres"));
    let process = client.process_id().unwrap();
    let mut other = connect(&cluster.socket_url("postgres"));
    value(
        &mut other,
        &format!("SELECT pg_terminate_backend({process})"),
    );
    let gone = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {process}");
    while value(&mut other, &gone) != "0" {
        std::thread::sleep(Duration::from_millis(20));
    }
    let error = client.query("SELECT 1", &[]).unwrap_err();
    // The reason was sent before the connection was closed; it must not be lost to the failing write.
    assert!(
        error.sqlstate() == Some("57P01") || matches!(error, Error::Closed { .. }),
        "{error:?}"
    );
}

#[test]
fn a_server_process_that_is_killed() {
    let cluster = cluster();
    for url in [cluster.socket_url("postgres"), cluster.tcp_url("postgres")] {
        let mut client = connect(&url);
        let process = client.process_id().unwrap();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            Command::new("kill")
                .args(["-9", &process.to_string()])
                .status()
                .unwrap()
        });
        let error = client.query("SELECT pg_sleep(60)", &[]).unwrap_err();
        assert!(matches!(error, Error::Closed { .. }), "{error:?}");
        assert!(error.hint().unwrap().contains("log"), "{error}");
        assert!(killer.join().unwrap().success());
        // The server restarts itself; wait until it is back for the second round.
        let deadline = Instant::now() + Duration::from_secs(20);
        while support::try_connect(&cluster.socket_url("postgres")).is_err() {
            assert!(Instant::now() < deadline);
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[test]
fn a_client_that_goes_leaves_no_session_behind() {
    let cluster = cluster();
    let mut watcher = connect(&cluster.socket_url("postgres"));
    let process = connect(&cluster.tcp_url("postgres")).process_id().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while value(
        &mut watcher,
        &format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {process}"),
    ) != "0"
    {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
    let log = std::fs::read_to_string(cluster.log()).unwrap();
    assert!(
        !log.contains("unexpected EOF"),
        "the client left without a goodbye: {log}"
    );
}
