//! Without root the server runs as its caller.

mod support;

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::process::Command;

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
