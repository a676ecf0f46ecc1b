//! As much of HTTP/1.1 as a browser of this machine needs to get a page, and to be told things as JSON: one request for
//! each connection, with a length, bounded in size and time.

use std::io::{self, Read, Write};
use std::time::Duration;

/// Bytes of a request's line and headers.
const MAX_HEAD_BYTES: usize = 16 << 10;
const MAX_HEADERS: usize = 64;
/// Bytes of a request's body: a package's open sources.
const MAX_BODY_BYTES: usize = 32 << 20;
/// How long a browser of this machine may take to say what it wants.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A request.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`.
    pub method: String,
    /// Without what follows `?`.
    pub path: String,
    /// What follows `?`.
    pub query: String,
    headers: Vec<(String, String)>,
    /// What came behind the headers.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header, if it is there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let (_, value) = found.next()?;
        found.next().is_none().then_some(value)
    }
}

/// Why there is no request.
#[derive(Debug)]
pub enum Wrong {
    /// What to answer.
    Status(u16),
    /// The connection is gone.
    Gone,
}

impl From<io::Error> for Wrong {
    fn from(_: io::Error) -> Wrong {
        Wrong::Gone
    }
}

/// Reads a request.
pub fn read(from: &mut impl Read) -> Result<Request, Wrong> {
    let mut bytes: Vec<u8> = Vec::new();
    let (mut request, head) = loop {
        if let Some(parsed) = head(&bytes)? {
            break parsed;
        }
        if bytes.len() > MAX_HEAD_BYTES {
            return Err(Wrong::Status(431));
        }
        more(from, &mut bytes)?;
    };
    let mut body = bytes.split_off(head);
    if request.header("transfer-encoding").is_some() {
        return Err(Wrong::Status(411));
    }
    let length = match request.header("content-length") {
        None => 0,
        Some(length) => length.parse::<usize>().map_err(|_| Wrong::Status(400))?,
    };
    if length > MAX_BODY_BYTES {
        return Err(Wrong::Status(413));
    }
    while body.len() < length {
        more(from, &mut body)?;
    }
    if body.len() > length {
        return Err(Wrong::Status(400));
    }
    request.body = body;
    Ok(request)
}

fn more(from: &mut impl Read, into: &mut Vec<u8>) -> Result<(), Wrong> {
    let mut part = [0; 16 << 10];
    let size = from.read(&mut part)?;
    if size == 0 {
        return Err(Wrong::Gone);
    }
    into.extend_from_slice(part.get(..size).unwrap_or_default());
    Ok(())
}

/// A request without its body, and where that begins; `None` if the headers go on.
fn head(bytes: &[u8]) -> Result<Option<(Request, usize)>, Wrong> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let end = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Wrong::Status(431)),
        Err(_) => return Err(Wrong::Status(400)),
    };
    let target = parsed.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = parsed.headers.iter();
    let headers = headers.map(|h| (h.name.to_owned(), String::from_utf8_lossy(h.value).into_owned()));
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
    };
    Ok(Some((request, end)))
}

fn reason(status: u16) -> &'static str {
    match status {
        101 => "Switching Protocols",
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        _ => "Internal Server Error",
    }
}

/// Writes a response; `headers` are whole lines without their ends.
pub fn respond(to: &mut impl Write, status: u16, headers: &[&str], body: &[u8]) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for line in headers {
        head += line;
        head += "\r\n";
    }
    if status != 101 {
        head += &format!("Content-Length: {}\r\nConnection: close\r\n", body.len());
    }
    head += "\r\n";
    to.write_all(head.as_bytes())?;
    to.write_all(body)?;
    to.flush()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn status(text: &str) -> Option<u16> {
        match read(&mut text.as_bytes()) {
            Err(Wrong::Status(status)) => Some(status),
            Err(Wrong::Gone) => None,
            Ok(_) => Some(200),
        }
    }

    #[test]
    fn a_request_is_read_with_its_body() {
        let text = "POST /api/x?key=1 HTTP/1.1\r\nHost: 127.0.0.1:80\r\ncontent-length: 2\r\n\r\n{}";
        let request = read(&mut text.as_bytes()).unwrap();
        assert_eq!(
            (request.method.as_str(), request.path.as_str(), request.query.as_str()),
            ("POST", "/api/x", "key=1")
        );
        assert_eq!(request.header("HOST"), Some("127.0.0.1:80"));
        assert_eq!(request.body, b"{}");
    }

    #[test]
    fn a_header_that_is_there_twice_says_nothing() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";
        assert_eq!(read(&mut text.as_bytes()).unwrap().header("host"), None);
    }

    #[test]
    fn what_is_too_long_or_no_request_is_refused() {
        assert_eq!(status("nonsense\r\n\r\n"), Some(400));
        assert_eq!(status(&format!("GET /{} HTTP/1.1\r\n", "x".repeat(MAX_HEAD_BYTES))), Some(431));
        assert_eq!(
            status(&format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", MAX_BODY_BYTES + 1)),
            Some(413)
        );
        assert_eq!(status("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), Some(411));
        assert_eq!(status("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n{}"), Some(400));
        assert_eq!(status("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}"), None);
        assert_eq!(status("GET / HTTP/1.1\r\n"), None);
    }
}
