//! Without root the server runs as its caller.
#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may their helpers"
)]

mod support;

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::process::Command;

use hyperdj_cluster::{Cluster, Options, Search, find_installation};
use support::{SUPERVISE, THROWAWAY, hold, open_folder, set_mode};

const NOBODY: u32 = 65534;

/// Somebody who isn't root runs every other test that way already.
#[test]
fn nobody_starts_a_cluster_of_their_own() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = open_folder();
    for program in [THROWAWAY, SUPERVISE] {
        let copy = folder.path().join(program.rsplit('/').next().unwrap());
        fs::copy(program, &copy).unwrap();
        set_mode(&copy, 0o755);
    }
    let cache = folder.path().join("home");
    fs::create_dir(&cache).unwrap();
    chown(&cache, Some(NOBODY), Some(NOBODY)).unwrap();
    for arguments in [
        vec![],
        vec![
            "--exec".to_owned(),
            folder
                .path()
                .join("hyperdj-supervise")
                .display()
                .to_string(),
        ],
    ] {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(folder.path().join("hyperdj-throwaway"))
            .args(arguments)
            .env("XDG_CACHE_HOME", &cache)
            .current_dir("/");
        let (mut owner, seen) = hold(&mut command);
        assert_eq!(fs::metadata(&seen.folder).unwrap().uid(), NOBODY);
        assert_eq!(
            fs::metadata(cache.join("hyperdjango")).unwrap().mode() & 0o777,
            0o700
        );
        owner.kill().unwrap();
        owner.wait().unwrap();
        seen.assert_gone("nobody");
    }
}

#[test]
fn programs_that_only_root_can_reach_are_refused_by_name() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let closed = tempfile::tempdir().unwrap();
    set_mode(closed.path(), 0o700);
    let real = find_installation(&Search::from_environment(&Options::default())).unwrap();
    for program in ["postgres", "initdb"] {
        std::os::unix::fs::symlink(real.bin_dir().join(program), closed.path().join(program))
            .unwrap();
    }
    let options = Options {
        bin_dir: Some(closed.path().to_path_buf()),
        ..Options::default()
    };
    let text = Cluster::start(&options).unwrap_err().to_string();
    assert!(text.contains(closed.path().to_str().unwrap()), "{text}");
    assert!(
        text.contains("as whom root runs the server, may not run its `postgres`"),
        "{text}"
    );
}
