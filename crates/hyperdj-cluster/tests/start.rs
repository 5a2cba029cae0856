//! Starting and stopping real clusters, in this process.
#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may their helpers"
)]

mod support;

use std::os::unix::fs::MetadataExt;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use hyperdj_cluster::{Cluster, Error, Options};
use rustix::process::Signal;
use support::Seen;

fn psql(cluster: &Cluster, url: &str, statement: &str) -> Output {
    let beside = cluster.bin_dir().join("psql");
    let program = if beside.exists() {
        beside
    } else {
        "psql".into()
    };
    Command::new(program)
        .args(["-X", "-At", "-w", url, "-c", statement])
        .env("PGPASSFILE", "/nonexistent")
        .output()
        .unwrap()
}

#[test]
fn a_cluster_answers_and_leaves_nothing() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let folder = cluster.folder().to_path_buf();
    let rows = cluster
        .query(
            "postgres",
            "SELECT current_setting('server_version_num'), NULL; SELECT 2",
        )
        .unwrap();
    assert_eq!(
        rows[0],
        [Some(cluster.version().number().to_string()), None]
    );
    assert_eq!(rows[1], [Some("2".to_owned())]);
    assert!(folder.exists());
    cluster.stop().unwrap();
    assert!(!folder.exists());
}

#[test]
fn several_at_once_keep_apart() {
    let starting = [(); 3].map(|()| thread::spawn(|| Cluster::start(&Options::default()).unwrap()));
    let clusters = starting.map(|thread| thread.join().unwrap());
    for (number, cluster) in clusters.iter().enumerate() {
        cluster
            .batch_execute("postgres", &format!("CREATE TABLE only_{number} ()"))
            .unwrap();
    }
    for (number, cluster) in clusters.iter().enumerate() {
        let rows = cluster
            .query(
                "postgres",
                "SELECT relname FROM pg_class WHERE relname ~ '^only_'",
            )
            .unwrap();
        assert_eq!(rows, [[Some(format!("only_{number}"))]]);
    }
}

#[test]
fn both_urls_work_and_loopback_needs_the_password() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    cluster.create_database("my \"shop\"/ü?").unwrap();
    for url in [
        cluster.url("my \"shop\"/ü?"),
        cluster.tcp_url("my \"shop\"/ü?"),
    ] {
        let output = psql(
            &cluster,
            &url,
            "SELECT current_database(), current_setting('server_encoding')",
        );
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "my \"shop\"/ü?|UTF8\n",
            "{output:?}"
        );
    }
    for login in ["postgres", "postgres:guess"] {
        let url = format!("postgresql://{login}@127.0.0.1:{}/postgres", cluster.port());
        let output = psql(&cluster, &url, "SELECT 1");
        assert!(
            !output.status.success() && output.stdout.is_empty(),
            "{login} got in"
        );
    }
}

#[test]
fn nobody_else_can_reach_the_socket_and_the_server_is_not_root() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let folder = std::fs::metadata(cluster.folder()).unwrap();
    assert_eq!(folder.mode() & 0o777, 0o700);
    assert_ne!(folder.uid(), 0);
    let process = cluster.process().unwrap().to_string();
    let output = Command::new("ps")
        .args(["-o", "uid=", "-p", &process])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        folder.uid().to_string()
    );
}

#[test]
fn the_password_is_in_no_output_and_no_log() {
    let settings = vec![("log_statement".to_owned(), "all".to_owned())];
    let cluster = Cluster::start(&Options {
        settings,
        ..Options::default()
    })
    .unwrap();
    let url = cluster.tcp_url("postgres");
    let password = url
        .strip_prefix("postgresql://postgres:")
        .unwrap()
        .split_once('@')
        .unwrap()
        .0;
    assert!(password.len() >= 32);
    assert!(!format!("{cluster:?}").contains(password));
    assert!(!cluster.url("postgres").contains(password));
    assert!(psql(&cluster, &url, "SELECT 'logged'").status.success());
    let log = std::fs::read_to_string(cluster.log()).unwrap();
    assert!(log.contains("SELECT 'logged'"), "{log}");
    assert!(!log.contains(password), "{log}");
}

#[test]
fn hba_lines_and_files_are_the_callers() {
    let options = Options {
        hba: Some(vec![
            "local all guest reject".into(),
            "local all all trust".into(),
        ]),
        files: vec![("note.txt".into(), b"for the server only".to_vec())],
        ..Options::default()
    };
    let cluster = Cluster::start(&options).unwrap();
    cluster
        .batch_execute(
            "postgres",
            "CREATE ROLE guest LOGIN; CREATE ROLE friend LOGIN",
        )
        .unwrap();
    let url = |role: &str| {
        cluster
            .url("postgres")
            .replace("//postgres@", &format!("//{role}@"))
    };
    assert!(psql(&cluster, &url("friend"), "SELECT 1").status.success());
    assert!(!psql(&cluster, &url("guest"), "SELECT 1").status.success());
    assert!(
        !psql(&cluster, &cluster.tcp_url("postgres"), "SELECT 1")
            .status
            .success()
    );
    let rows = cluster
        .query("postgres", "SELECT pg_read_file('note.txt')")
        .unwrap();
    assert_eq!(rows, [[Some("for the server only".to_owned())]]);
}

#[test]
fn a_wrong_setting_fails_with_the_log_and_leaves_nothing() {
    let settings = vec![("log_statement".to_owned(), "everything".to_owned())];
    let error = Cluster::start(&Options {
        settings,
        ..Options::default()
    })
    .unwrap_err();
    assert!(matches!(error, Error::Start { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("invalid value for parameter \"log_statement\": \"everything\""),
        "{text}"
    );

    let files = vec![("../outside".to_owned(), Vec::new())];
    let error = Cluster::start(&Options {
        files,
        ..Options::default()
    })
    .unwrap_err();
    assert!(matches!(error, Error::Option { .. }), "{error:?}");
}

#[test]
fn a_server_that_does_not_answer_in_time() {
    let options = Options {
        start_timeout: Duration::ZERO,
        ..Options::default()
    };
    let error = Cluster::start(&options).unwrap_err();
    assert!(matches!(error, Error::StartTimeout { .. }), "{error:?}");
}

#[test]
fn a_supervisor_that_is_none() {
    for (program, kind) in [("/nonexistent", "Spawn"), ("/bin/false", "Start")] {
        let supervisor = hyperdj_cluster::Supervisor::Exec {
            program: program.into(),
            arguments: vec![],
        };
        let error = Cluster::start(&Options {
            supervisor,
            ..Options::default()
        })
        .unwrap_err();
        assert!(format!("{error:?}").starts_with(kind), "{error:?}");
    }
}

#[test]
fn stopping_does_not_wait_for_who_is_still_connected() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let server = hyperdj_cluster::Server::clone(&cluster);
    let session = thread::spawn(move || server.query("postgres", "BEGIN; SELECT pg_sleep(60)"));
    let running =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'BEGIN; SELECT pg_sleep%'";
    while cluster.query("postgres", running).unwrap()[0][0].as_deref() != Some("1") {
        thread::sleep(Duration::from_millis(5));
    }
    let began = Instant::now();
    cluster.stop().unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(session.join().unwrap().is_err());
}

#[test]
fn a_server_that_crashes_takes_its_folder_along() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let seen = Seen::from_url(&cluster.url("postgres"));
    support::signal(seen.postmaster, Signal::QUIT);
    seen.assert_gone("crash");
    assert!(matches!(
        cluster.query("postgres", "SELECT 1"),
        Err(Error::Connection { .. })
    ));
    assert_eq!(cluster.process(), None);
    cluster.stop().unwrap();
}

#[test]
fn a_failing_statement_tells_its_code_and_undoes_the_batch() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let error = cluster
        .batch_execute("postgres", "CREATE TABLE kept (); SELECT 1/0")
        .unwrap_err();
    assert!(
        matches!(&error, Error::Server { code, .. } if code == "22012"),
        "{error:?}"
    );
    assert_eq!(
        cluster
            .query("postgres", "SELECT to_regclass('kept')")
            .unwrap(),
        [[None]]
    );
    let error = cluster
        .batch_execute("postgres", "COPY pg_class FROM STDIN")
        .unwrap_err();
    assert!(matches!(&error, Error::Server { .. }), "{error:?}");
    let error = cluster.batch_execute("absent", "SELECT 1").unwrap_err();
    assert!(
        matches!(&error, Error::Server { code, .. } if code == "3D000"),
        "{error:?}"
    );
}
