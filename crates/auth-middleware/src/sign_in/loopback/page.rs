//! What the browser shows when it comes to the loopback listener.

/// A whole response, after which the connection closes.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: &'static str,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn new(status: &'static str, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
        }
    }

    /// The response as it goes over the wire. It loads nothing, and its URL, which holds the code, goes nowhere.
    pub(crate) fn response(&self) -> String {
        let (status, text) = (self.status, escaped(&self.text));
        let body = format!(
            "<!DOCTYPE html>\n<html>\n<meta charset=\"utf-8\">\n<title>{text}</title>\n<p>{text}</p>\n</html>\n"
        );
        let allow = if status.starts_with("405") {
            "Allow: GET\r\n"
        } else {
            ""
        };
        format!(
            "HTTP/1.1 {status}\r\n\
             Content-Type: text/html; charset=utf-8\r\n\
             Content-Length: {}\r\n\
             {allow}\
             Cache-Control: no-store\r\n\
             Content-Security-Policy: default-src 'none'\r\n\
             Referrer-Policy: no-referrer\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_whole_response_whose_text_stays_text() {
        let response = Page::new("200 OK", "é <b> & co").response();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())));
        assert!(!head.contains("Allow"), "{head}");
        assert!(body.contains("<p>é &lt;b&gt; &amp; co</p>"), "{body}");
    }

    #[test]
    fn what_is_not_allowed_says_what_is() {
        let response = Page::new("405 Method Not Allowed", "x").response();
        assert!(response.contains("\r\nAllow: GET\r\n"), "{response}");
    }
}
