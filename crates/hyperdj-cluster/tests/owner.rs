//! A cluster goes with its owner, however the owner goes.
#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may their helpers"
)]

mod support;

use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Signal, kill_process_group};
use support::{SUPERVISE, THROWAWAY, hold, pid};

/// The owner under each kind of supervisor, in a process group of its own as a shell would start it.
fn owners() -> [(&'static str, Command); 2] {
    let mut shell = Command::new(THROWAWAY);
    shell.process_group(0);
    let mut exec = Command::new(THROWAWAY);
    exec.args(["--exec", SUPERVISE]).process_group(0);
    [("shell", shell), ("exec", exec)]
}

#[test]
fn an_owner_that_ends_properly() {
    for (kind, mut command) in owners() {
        let (mut owner, seen) = hold(&mut command);
        assert!(seen.is_running());
        drop(owner.stdin.take());
        assert!(owner.wait().unwrap().success(), "{kind}");
        // Not within seconds, but at once.
        assert!(!seen.folder.exists() && !seen.is_running(), "{kind}");
    }
}

#[test]
fn an_owner_that_is_killed() {
    for (kind, mut command) in owners() {
        let (mut owner, seen) = hold(&mut command);
        owner.kill().unwrap();
        owner.wait().unwrap();
        seen.assert_gone(kind);
    }
}

#[test]
fn a_terminals_signals_reach_the_owner_only() {
    for terminal in [Signal::INT, Signal::HUP] {
        for (kind, mut command) in owners() {
            let (mut owner, seen) = hold(&mut command);
            kill_process_group(pid(owner.id()), terminal).unwrap();
            owner.wait().unwrap();
            seen.assert_gone(kind);
        }
    }
}

#[test]
fn a_supervisor_ignores_interrupts_and_obeys_sigterm() {
    for (kind, mut command) in owners() {
        let (mut owner, seen) = hold(&mut command);
        let supervisor = parent(seen.postmaster);
        for ignored in [Signal::INT, Signal::HUP] {
            support::signal(supervisor, ignored);
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(
            seen.is_running() && support::is_running(supervisor),
            "{kind}"
        );
        support::signal(supervisor, Signal::TERM);
        seen.assert_gone(kind);
        drop(owner.stdin.take());
        // The owner has nothing left to stop, which is as it should be.
        assert!(owner.wait().unwrap().success(), "{kind}");
    }
}

#[test]
fn a_killed_supervisor_leaves_the_folder_to_the_owner() {
    for (kind, mut command) in owners() {
        let (mut owner, seen) = hold(&mut command);
        support::signal(parent(seen.postmaster), Signal::KILL);
        // The server would notice within a minute that its folder is gone; this test has no minute.
        support::signal(seen.postmaster, Signal::QUIT);
        drop(owner.stdin.take());
        assert!(owner.wait().unwrap().success(), "{kind}");
        seen.assert_gone(kind);
    }
}

/// The process number of a process's parent.
fn parent(process: u32) -> u32 {
    let output = Command::new("ps")
        .args(["-o", "ppid=", "-p", &process.to_string()])
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}
