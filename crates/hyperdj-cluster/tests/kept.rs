//! A kept cluster outlives its command, is found by name, and ends when it is told to.
#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may their helpers"
)]

mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::Signal;
use support::{Seen, THROWAWAY};

fn command(runtime: &Path, arguments: [&str; 2]) -> Command {
    let mut command = Command::new(THROWAWAY);
    command
        .args(arguments)
        .env("XDG_RUNTIME_DIR", runtime)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(runtime: &Path, arguments: [&str; 2]) -> (Option<i32>, String) {
    told(command(runtime, arguments).output().unwrap())
}

fn told(output: Output) -> (Option<i32>, String) {
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), text.trim_end().to_owned())
}

#[test]
fn kept_found_stopped() {
    let runtime = tempfile::tempdir().unwrap();
    assert_eq!(
        run(runtime.path(), ["--find", "demo"]),
        (Some(1), String::new())
    );
    assert_eq!(
        run(runtime.path(), ["--stop", "demo"]),
        (Some(1), String::new())
    );

    // Two that come at once get the same one.
    let children = [(); 2].map(|()| command(runtime.path(), ["--keep", "demo"]).spawn().unwrap());
    let [(_, url), (_, other)] = children.map(|child| told(child.wait_with_output().unwrap()));
    assert!(url.starts_with("postgresql://"), "{url}");
    assert_eq!(url, other);
    let seen = Seen::from_url(&url);
    assert!(seen.is_running());

    let state = fs::metadata(runtime.path().join("hyperdjango/demo.json")).unwrap();
    assert_eq!(state.mode() & 0o777, 0o600);
    assert_eq!(
        run(runtime.path(), ["--keep", "demo"]),
        (Some(0), url.clone())
    );
    assert_eq!(run(runtime.path(), ["--find", "demo"]), (Some(0), url));
    assert_eq!(run(runtime.path(), ["--find", "other"]).0, Some(1));

    assert_eq!(
        run(runtime.path(), ["--stop", "demo"]),
        (Some(0), String::new())
    );
    assert!(!seen.folder.exists() && !seen.is_running());
    assert_eq!(run(runtime.path(), ["--find", "demo"]).0, Some(1));
}

#[test]
fn one_that_has_crashed_is_forgotten() {
    let runtime = tempfile::tempdir().unwrap();
    let (_, url) = run(runtime.path(), ["--keep", "demo"]);
    let seen = Seen::from_url(&url);
    support::signal(seen.postmaster, Signal::QUIT);
    seen.assert_gone("crash");
    let (status, next) = run(runtime.path(), ["--keep", "demo"]);
    assert_eq!(status, Some(0), "{next}");
    assert_ne!(next, url);
    assert_eq!(run(runtime.path(), ["--stop", "demo"]).0, Some(0));
}

#[test]
fn a_name_is_no_path() {
    let runtime = tempfile::tempdir().unwrap();
    for name in ["../demo", "", "a b"] {
        let (status, text) = run(runtime.path(), ["--keep", name]);
        assert_eq!(status, Some(2));
        assert!(text.contains(&format!("the name {name:?}")), "{text}");
    }
}
