//! What the tests share: a cluster, connections in a made-up environment, one-shot servers.
#![allow(dead_code, reason = "each test file uses its own part")]

use hyperdj_cluster::{Cluster, Options};
use hyperdj_postgres::{Client, Config, Error};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

pub(crate) mod certificates;
pub(crate) mod secured;

/// A cluster with these lines of `pg_hba.conf` besides the superuser's own.
pub(crate) fn cluster_with_hba(lines: &[&str]) -> Cluster {
    Cluster::start(&Options {
        hba: Some(lines.iter().map(ToString::to_string).collect()),
        ..Options::default()
    })
    .unwrap()
}

/// A cluster as it comes.
pub(crate) fn cluster() -> Cluster {
    Cluster::start(&Options::default()).unwrap()
}

/// A connection by this URL or these settings, in an empty environment.
pub(crate) fn connect(text: &str) -> Client {
    match try_connect(text) {
        Ok(client) => client,
        Err(error) => panic!("{error}\n{:?}", error.hint()),
    }
}

/// The error of a connection that must fail.
pub(crate) fn refuse(text: &str) -> Error {
    match try_connect(text) {
        Ok(_) => panic!("the connection should have been refused"),
        Err(error) => {
            let shown = format!("{error} {error:?} {:?}", error.hint());
            assert!(!shown.contains(PASSWORD), "a password is shown: {shown}");
            error
        }
    }
}

/// The password of every role in the tests; no output may contain it.
pub(crate) const PASSWORD: &str = "g€heim";

pub(crate) fn try_connect(text: &str) -> Result<Client, Error> {
    let mut config = Config::parse(text)?;
    assert!(!format!("{config} {config:?}").contains(PASSWORD));
    // No test waits for ever.
    config
        .connect_timeout
        .get_or_insert(Duration::from_secs(20));
    config.read_timeout = Some(Duration::from_secs(60));
    Client::connect(&config)
}

/// The one value of a query with one row and one column.
pub(crate) fn value(client: &mut Client, sql: &str) -> String {
    let rows = client.query(sql, &[]).unwrap();
    assert_eq!(rows.len(), 1);
    rows[0].get(0).unwrap().unwrap_or("NULL").to_owned()
}

/// A server that reads once, answers every connection with `answer`, and closes it; its port.
pub(crate) fn server_that_says(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(answer);
        }
    });
    port
}

/// A port that nobody listens on.
pub(crate) fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
