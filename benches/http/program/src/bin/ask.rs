//! The client: so many requests over so many connections, one after the other on each; it counts and looks at statuses.
//!
//! Arguments: port, path, connections, requests. Prints the time that it took in seconds, and the bytes of one body.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn ask(port: u16, request: &[u8], number: usize) -> usize {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let mut buffer: Vec<u8> = Vec::with_capacity(64 * 1024);
    let mut length = 0;
    for _ in 0..number {
        stream.write_all(request).await.expect("sent");
        buffer.clear();
        let end = loop {
            assert!(stream.read_buf(&mut buffer).await.expect("an answer") > 0, "the connection was closed");
            if let Some(at) = buffer.windows(4).position(|part| part == b"\r\n\r\n") {
                break at + 4;
            }
        };
        assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer));
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let (_, rest) = head.split_once("content-length:").expect("a length");
        length = rest.lines().next().expect("a line").trim().parse().expect("a number");
        while buffer.len() < end + length {
            assert!(stream.read_buf(&mut buffer).await.expect("a body") > 0, "the connection was closed");
        }
    }
    length
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let port: u16 = arguments[1].parse().expect("a port");
    let connections: usize = arguments[3].parse().expect("connections");
    let requests: usize = arguments[4].parse().expect("requests");
    let request = format!("GET {} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n", arguments[2]);
    let request: &'static [u8] = Box::leak(request.into_bytes().into_boxed_slice());
    let start = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| tokio::spawn(ask(port, request, requests / connections)))
        .collect();
    let mut length = 0;
    for task in tasks {
        length = task.await.expect("a task");
    }
    println!("{} {length}", start.elapsed().as_secs_f64());
}
