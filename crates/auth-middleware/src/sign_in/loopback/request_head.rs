//! The head of a request, as far as a redirect needs it.

/// More than a browser sends, whose cookies for one port of the machine go to all.
pub(crate) const LIMIT: usize = 32 * 1024;

const MOST_HEADERS: usize = 128;

/// What has arrived of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RequestHead {
    Incomplete,
    /// More than [`LIMIT`], or too many headers.
    TooLarge,
    Malformed,
    Complete {
        method: String,
        target: String,
    },
}

impl RequestHead {
    pub(crate) fn parse(received: &[u8]) -> Self {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(received) {
            Ok(httparse::Status::Complete(length)) if length > LIMIT => Self::TooLarge,
            Ok(httparse::Status::Complete(_)) => match (request.method, request.path) {
                (Some(method), Some(target)) => Self::Complete {
                    method: method.to_owned(),
                    target: target.to_owned(),
                },
                _ => Self::Malformed,
            },
            Ok(httparse::Status::Partial) if received.len() >= LIMIT => Self::TooLarge,
            Ok(httparse::Status::Partial) => Self::Incomplete,
            Err(httparse::Error::TooManyHeaders) => Self::TooLarge,
            Err(_) => Self::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(target: &str) -> RequestHead {
        RequestHead::Complete {
            method: "GET".to_owned(),
            target: target.to_owned(),
        }
    }

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let head = b"GET /callback?code=c HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n";
        for length in 0..head.len() {
            assert_eq!(
                RequestHead::parse(&head[..length]),
                RequestHead::Incomplete,
                "{length}"
            );
        }
        assert_eq!(RequestHead::parse(head), complete("/callback?code=c"));
    }

    #[test]
    fn what_is_no_head_is_told_early() {
        for head in [
            "\u{16}\u{3}\u{1}",
            "GET  HTTP/1.1\r\n\r\n",
            "GET / FTP/1.0\r\n\r\n",
        ] {
            assert_eq!(
                RequestHead::parse(head.as_bytes()),
                RequestHead::Malformed,
                "{head:?}"
            );
        }
    }

    #[test]
    fn a_head_has_a_limit() {
        let headed = |filler: usize| {
            let mut head = b"GET / HTTP/1.1\r\nCookie: ".to_vec();
            head.resize(head.len() + filler, b'x');
            head
        };
        let frame = headed(0).len();
        let fits = [headed(LIMIT - frame - 4), b"\r\n\r\n".to_vec()].concat();
        assert_eq!(
            (fits.len(), RequestHead::parse(&fits)),
            (LIMIT, complete("/"))
        );
        let over = [headed(LIMIT - frame - 3), b"\r\n\r\n".to_vec()].concat();
        assert_eq!(RequestHead::parse(&over), RequestHead::TooLarge);
        assert_eq!(
            RequestHead::parse(&headed(LIMIT - frame)),
            RequestHead::TooLarge
        );
        let short = headed(LIMIT - frame - 1);
        assert_eq!(RequestHead::parse(&short), RequestHead::Incomplete);

        let many = "a: b\r\n".repeat(MOST_HEADERS + 1);
        let many = format!("GET / HTTP/1.1\r\n{many}\r\n");
        assert_eq!(RequestHead::parse(many.as_bytes()), RequestHead::TooLarge);
    }
}
