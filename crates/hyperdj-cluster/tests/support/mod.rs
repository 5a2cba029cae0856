//! What the tests share: clusters with an owner in another process, and the wait for their end.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// The program that starts a cluster and holds it.
pub(crate) const THROWAWAY: &str = env!("CARGO_BIN_EXE_hyperdj-throwaway");

/// The program that watches over one.
pub(crate) const SUPERVISE: &str = env!("CARGO_BIN_EXE_hyperdj-supervise");

/// A cluster as seen from outside.
pub(crate) struct Seen {
    pub(crate) folder: PathBuf,
    pub(crate) postmaster: u32,
}

impl Seen {
    pub(crate) fn from_url(url: &str) -> Self {
        let folder = url
            .split_once("host=")
            .unwrap()
            .1
            .split_once('&')
            .unwrap()
            .0;
        let folder = PathBuf::from(folder);
        let postmaster = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
        Self {
            folder,
            postmaster: postmaster.lines().next().unwrap().parse().unwrap(),
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        is_running(self.postmaster)
    }

    /// Fails unless the server and its folder are gone within seconds.
    pub(crate) fn assert_gone(&self, occasion: &str) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.folder.exists() || self.is_running() {
            assert!(
                Instant::now() < deadline,
                "{occasion}: folder {:?} there: {}, process {} running: {}",
                self.folder,
                self.folder.exists(),
                self.postmaster,
                self.is_running()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

pub(crate) fn pid(process: u32) -> Pid {
    Pid::from_raw(process.try_into().unwrap()).unwrap()
}

pub(crate) fn is_running(process: u32) -> bool {
    test_kill_process(pid(process)).is_ok()
}

pub(crate) fn signal(process: u32, signal: Signal) {
    kill_process(pid(process), signal).unwrap();
}

/// Starts `command`, which prints the URL of its cluster and then waits.
pub(crate) fn hold(command: &mut Command) -> (Child, Seen) {
    let mut owner = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(owner.stdout.as_mut().unwrap())
        .read_line(&mut url)
        .unwrap();
    assert!(url.starts_with("postgresql://"), "no URL: {url:?}");
    (owner, Seen::from_url(url.trim_end()))
}

/// A folder that every user may enter, for what the server's user must reach.
pub(crate) fn open_folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new()
        .prefix("cluster-test-")
        .tempdir_in("/tmp")
        .unwrap();
    set_mode(folder.path(), 0o755);
    folder
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
