//! A small blocking HTTP client over a plain socket, for tests that speak to the sandbox as any program would.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use shipgate::sandbox::Sandbox;

/// Speaks to a sandbox with one token.
pub struct Client {
    address: String,
    token: String,
    headers: Vec<(String, String)>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` where it is empty.
    pub fn json(&self) -> Value {
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).expect("the body is JSON") }
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub fn new(sandbox: &Sandbox, token: &str) -> Self {
        Self { address: sandbox.url().trim_start_matches("http://").to_owned(), token: token.to_owned(), headers: Vec::new() }
    }

    /// Sends one more header with every request.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).expect("an answer")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body)).expect("an answer")
    }

    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, Some(body)).expect("an answer")
    }

    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, Some(body)).expect("an answer")
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).expect("an answer")
    }

    /// `None` where the connection broke before the answer was whole.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.address).expect("the sandbox listens");
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n", self.address, body.len());
        if !self.token.is_empty() {
            head = head + "Authorization: Bearer " + &self.token + "\r\n";
        }
        for (name, value) in &self.headers {
            head = head + name + ": " + value + "\r\n";
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).expect("the request can be sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        parse(&answer)
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Some(Answer { status, headers: lines.filter_map(header).collect(), body: bytes[end + 4..].to_vec() })
}
