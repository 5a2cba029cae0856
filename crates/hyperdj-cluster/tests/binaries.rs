//! Where the server's programs come from, and how often `initdb` runs.
#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may their helpers"
)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use hyperdj_cluster::{Cluster, Options, Search, find_installation};
use support::{THROWAWAY, open_folder, set_mode};

fn real_bin_dir() -> std::path::PathBuf {
    find_installation(&Search::from_environment(&Options::default()))
        .unwrap()
        .bin_dir()
        .to_path_buf()
}

#[test]
fn a_wrong_hyper_pg_bin_is_named() {
    let folder = open_folder();
    let no_version = folder.path().join("no version");
    fs::create_dir(&no_version).unwrap();
    for program in ["postgres", "initdb"] {
        fs::write(
            no_version.join(program),
            "#!/bin/sh\necho 'mysqld  Ver 8.0.36'\n",
        )
        .unwrap();
        set_mode(&no_version.join(program), 0o755);
    }
    for (value, reason) in [
        ("", "that is empty"),
        ("/nonexistent/bin", "there is no such folder"),
        ("/etc/passwd", "that is not a folder"),
        ("/etc", "there is no `postgres` in it"),
        (no_version.to_str().unwrap(), "tells no version"),
    ] {
        let output = Command::new(THROWAWAY)
            .env("HYPER_PG_BIN", value)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(
            text.contains(&format!("HYPER_PG_BIN is set to {value:?}")) && text.contains(reason),
            "{text}"
        );
    }
}

#[test]
fn a_right_hyper_pg_bin_wins() {
    let (folder, bin_dir) = wrapped();
    let search = Search {
        hyper_pg_bin: Some(bin_dir.clone().into()),
        ..Search::from_environment(&Options::default())
    };
    assert_eq!(find_installation(&search).unwrap().bin_dir(), bin_dir);
    drop(folder);
}

#[test]
fn the_path_comes_before_the_distributions_folders() {
    let (folder, bin_dir) = wrapped();
    let search = Search {
        path: Some(bin_dir.clone().into()),
        ..Search::default()
    };
    assert_eq!(find_installation(&search).unwrap().bin_dir(), bin_dir);
    drop(folder);
}

#[test]
fn links_lead_to_the_folder_with_all_programs() {
    let folder = open_folder();
    let real = real_bin_dir();
    for program in ["postgres", "initdb"] {
        std::os::unix::fs::symlink(real.join(program), folder.path().join(program)).unwrap();
    }
    let search = Search {
        path: Some(folder.path().into()),
        ..Search::default()
    };
    assert_eq!(find_installation(&search).unwrap().bin_dir(), real);
}

#[test]
fn initdb_runs_once_for_all_starts_and_again_for_a_damaged_copy() {
    let (folder, bin_dir) = wrapped();
    let options = Options {
        bin_dir: Some(bin_dir),
        cache_dir: Some(folder.path().join("cache")),
        ..Options::default()
    };
    let at_once: Vec<_> = (0..3)
        .map(|_| {
            let options = options.clone();
            thread::spawn(move || {
                Cluster::start(&options)
                    .unwrap()
                    .query("postgres", "SELECT 1")
                    .unwrap()
            })
        })
        .collect();
    for thread in at_once {
        thread.join().unwrap();
    }
    assert_eq!(initdb_runs(folder.path()), 1);
    Cluster::start(&options).unwrap();
    assert_eq!(initdb_runs(folder.path()), 1);

    let entry = fs::read_dir(folder.path().join("cache/initdb"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir())
        .unwrap();
    fs::remove_dir_all(entry.join("data/base/1")).unwrap();
    Cluster::start(&options).unwrap();
    assert_eq!(initdb_runs(folder.path()), 2);
    Cluster::start(&options).unwrap();
    assert_eq!(initdb_runs(folder.path()), 2);
}

#[test]
fn without_a_cache_it_takes_longer_and_works() {
    let (folder, bin_dir) = wrapped();
    let mut command = Command::new(THROWAWAY);
    command
        .env("HYPER_PG_BIN", bin_dir)
        .env_remove("XDG_CACHE_HOME")
        .env_remove("HOME");
    let (mut owner, seen) = support::hold(&mut command);
    assert!(seen.is_running());
    drop(owner.stdin.take());
    assert!(owner.wait().unwrap().success());
    assert_eq!(initdb_runs(folder.path()), 1);
}

#[test]
fn a_failing_initdb_is_quoted() {
    let (folder, bin_dir) = wrapped();
    fs::write(
        bin_dir.join("initdb"),
        "#!/bin/sh\necho 'initdb: error: no room' >&2\nexit 3\n",
    )
    .unwrap();
    let options = Options {
        bin_dir: Some(bin_dir),
        cache_dir: Some(folder.path().join("cache")),
        ..Options::default()
    };
    let text = Cluster::start(&options).unwrap_err().to_string();
    assert!(
        text.contains("initdb: error: no room") && text.contains("exit status: 3"),
        "{text}"
    );
}

/// A folder of programs whose `initdb` notes each of its runs, and is the real one otherwise.
fn wrapped() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = open_folder();
    let real = real_bin_dir();
    let bin_dir = folder.path().join("bin");
    fs::create_dir(&bin_dir).unwrap();
    set_mode(&bin_dir, 0o755);
    std::os::unix::fs::symlink(real.join("postgres"), bin_dir.join("postgres")).unwrap();
    let runs = folder.path().join("runs");
    fs::write(&runs, "").unwrap();
    set_mode(&runs, 0o666);
    let script = format!(
        "#!/bin/sh\necho run >> '{}'\nexec '{}' \"$@\"\n",
        runs.display(),
        real.join("initdb").display()
    );
    fs::write(bin_dir.join("initdb"), script).unwrap();
    set_mode(&bin_dir.join("initdb"), 0o755);
    (folder, bin_dir)
}

fn initdb_runs(folder: &Path) -> usize {
    fs::read_to_string(folder.join("runs"))
        .unwrap()
        .lines()
        .count()
}
