//! The sample's application on the sample's database: started, asked, stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::python::find;
use crate::{Failure, Printer};

const APP: &str = include_str!("../../../../../examples/legacy_shop/application/app.py");
const ROUTES: &str = include_str!("../../../../../examples/legacy_shop/application/routes.py");

/// A request to each route, and one for what is not there.
const PATHS: [&str; 3] = ["/products", "/products/KIT-0001", "/products/NO-SUCH"];

/// How long the application may take to start, to answer, and to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many characters of an answer are shown.
const SHOWN: usize = 150;

/// The status with which the program below says that the package is not there.
const NO_PACKAGE: i32 = 3;

/// `hyper run`, which ends when its standard input does: should the demo be killed, nothing of it stays.
const BOOTSTRAP: &str = "\
import os, signal, sys, threading
try:
    import granian
    from hyperdjango import _engine
    from hyperdjango._run import main
except ImportError as problem:
    sys.stderr.write(f'{sys.executable}: {problem}')
    sys.exit(3)
def end_with_the_demo():
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=end_with_the_demo, daemon=True).start()
main()
";

/// What became of the application.
pub(super) enum Outcome {
    /// Every route was asked; the lines say what it answered.
    Ran { address: String, lines: Vec<String> },
    /// There is no Python that can run it, and why.
    NoPython(String),
}

/// Writes the application's files beside the `models.py` of a folder, runs it there, and asks it.
pub(super) fn run(folder: &Path, url: &str) -> Result<Outcome, Failure> {
    for (name, text) in [("app.py", APP), ("routes.py", ROUTES)] {
        std::fs::write(folder.join(name), text).map_err(|error| {
            Failure::new(format!(
                "`{}` could not be written: {error}",
                folder.join(name).display()
            ))
        })?;
    }
    let python = match find() {
        Ok(python) => python,
        Err(failure) => return Ok(Outcome::NoPython(failure.what().to_owned())),
    };
    let mut server = Server::start(&python, folder, url)?;
    let address = match server.address()? {
        Ok(address) => address,
        Err(reason) => return Ok(Outcome::NoPython(reason)),
    };
    let mut lines = Vec::new();
    for path in PATHS {
        let answer = server.get(&address, path)?;
        lines.push(format!("GET {path:<19} {}", shortened(&answer)));
    }
    server.stop()?;
    Ok(Outcome::Ran { address, lines })
}

/// Says what became of the application.
pub(super) fn report(outcome: &Outcome, printer: &mut Printer) {
    match outcome {
        Outcome::Ran { address, lines } => {
            printer.line(&format!(
                "Its application, app.py and routes.py beside these models, ran on http://{address}. $ hyper run"
            ));
            for line in lines {
                printer.line(&format!("  {line}"));
            }
        }
        Outcome::NoPython(reason) => {
            printer.line(&format!("Its application was not run: {reason}"));
            printer.line("Install the package for that: pip install hyperdjango-rs");
        }
    }
}

/// The application's process, which is gone when this is dropped.
struct Server {
    process: Child,
    words: Receiver<String>,
    told: String,
}

impl Server {
    fn start(python: &Path, folder: &Path, url: &str) -> Result<Self, Failure> {
        let mut command = Command::new(python);
        command
            .args(["-P", "-B", "-c", BOOTSTRAP, "run", "--port", "0"])
            .arg("--no-access-log")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        // What the user has set for another database has nothing to do with this one.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("HYPER_DATABASE_URL", url);
        let mut process = command.spawn().map_err(|error| {
            Failure::new(format!(
                "{} could not be started: {error}",
                python.display()
            ))
        })?;
        let (sender, words) = channel();
        if let Some(stderr) = process.stderr.take() {
            thread::spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        Ok(Self {
            process,
            words,
            told: String::new(),
        })
    }

    /// Where it listens; inside, why this Python can't run it.
    fn address(&mut self) -> Result<Result<String, String>, Failure> {
        let deadline = Instant::now() + PATIENCE;
        // The words end when the process does.
        while let Ok(line) = self
            .words
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            let address = line
                .split_once("http://")
                .and_then(|(_, rest)| rest.split_whitespace().next());
            if let Some(address) = address {
                return Ok(Ok(address.to_owned()));
            }
            self.told.push_str(&line);
            self.told.push('\n');
        }
        // Standard error ends a moment before the process.
        let mut status = None;
        while status.is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
            status = self.process.try_wait().ok().flatten();
        }
        if status.and_then(|status| status.code()) == Some(NO_PACKAGE) {
            return Ok(Err(self.told.trim().to_owned()));
        }
        Err(self.failure("the sample's application did not start"))
    }

    /// The status and the body of an answer; until it listens, it is asked again.
    fn get(&mut self, address: &str, path: &str) -> Result<Answer, Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match ask(address, path) {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    let has_ended = !matches!(self.process.try_wait(), Ok(None));
                    if has_ended || Instant::now() > deadline {
                        let what =
                            format!("the sample's application did not answer GET {path}: {error}");
                        return Err(self.failure(&what));
                    }
                    thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }

    /// Has it finish what it does, and end.
    fn stop(&mut self) -> Result<(), Failure> {
        drop(self.process.stdin.take());
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match self.process.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => {
                    let what = format!("the sample's application did not end well ({status})");
                    return Err(self.failure(&what));
                }
                _ => thread::sleep(Duration::from_millis(10)),
            }
        }
        Err(self.failure("the sample's application did not stop"))
    }

    /// A failure with what the application said itself.
    fn failure(&mut self, what: &str) -> Failure {
        self.told
            .extend(self.words.try_iter().map(|line| line + "\n"));
        let told = self.told.trim();
        if told.is_empty() {
            Failure::new(what)
        } else {
            Failure::new(format!("{what}. It said:\n{told}"))
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            drop(self.process.stdin.take());
            let _ = self.stop();
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

struct Answer {
    status: u16,
    body: String,
}

/// One request, the answer to which ends with the connection.
fn ask(address: &str, path: &str) -> std::io::Result<Answer> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    write!(
        connection,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer
        .split_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok());
    match (status, answer.split_once("\r\n\r\n")) {
        (Some(status), Some((_, body))) => Ok(Answer {
            status,
            body: body.to_owned(),
        }),
        _ => Err(std::io::Error::other("that was no answer of HTTP")),
    }
}

/// The status and the beginning of the body.
fn shortened(answer: &Answer) -> String {
    let mut body: String = answer.body.chars().take(SHOWN).collect();
    if body.len() < answer.body.len() {
        body.push_str(&format!("… {} bytes in all", answer.body.len()));
    }
    format!("{} {body}", answer.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_shortened_between_characters() {
        let answer = |body: String| Answer { status: 200, body };
        assert_eq!(shortened(&answer("[]".to_owned())), "200 []");
        let long = shortened(&answer("ß".repeat(200)));
        assert!(long.ends_with("ß… 400 bytes in all"));
    }
}
