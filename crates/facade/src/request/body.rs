//! The ways to give a request a body.

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use request_context::{BoxError, ReplayableBody};
use reqwest::Body;
use serde::Serialize;

use super::Request;
use crate::call_options::builder_error;
use crate::{ApiError, ErrorKind};

impl Request {
    /// Sets the body to JSON, and `Content-Type` to go with it unless it is set already.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.change(|request| {
            let json = serde_json::to_vec(body).map_err(builder_error)?;
            set_body(request, json.into(), "application/json");
            Ok(())
        })
    }

    /// Sets the body to an HTML form (`application/x-www-form-urlencoded`), and `Content-Type` to go with it unless it is
    /// set already.
    pub fn form(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.change(|request| {
            let form = serde_urlencoded::to_string(body).map_err(builder_error)?;
            set_body(request, form.into(), "application/x-www-form-urlencoded");
            Ok(())
        })
    }

    /// Sets the body. A stream is sent once; to have it sent again after a failure or a refused credential, see
    /// [`replayable_body`](Self::replayable_body).
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.change(|request| {
            *request.body_mut() = Some(body.into());
            Ok(())
        })
    }

    /// Sets the body to what this closure makes, as often as it has to be sent. For files and streams, which can't be
    /// cloned. Where headers go with each body, see [`replayable`](Self::replayable).
    pub fn replayable_body<B: Into<Body>>(
        self,
        make: impl Fn() -> Result<B, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.replayable(ReplayableBody::new(move |request| {
            *request.body_mut() = Some(make()?.into());
            Ok(())
        }))
    }

    /// Sets the body, and the headers that go with it, to what this makes, as often as the body has to be sent. For multipart
    /// forms, whose boundary is random and sits in `Content-Type`. reqwest makes them with its feature `multipart`:
    ///
    /// ```ignore
    /// use facade::ReplayableBody;
    /// use facade::reqwest::Body;
    /// use facade::reqwest::header::CONTENT_TYPE;
    /// use facade::reqwest::multipart::Form;
    ///
    /// let form = ReplayableBody::new(|request| {
    ///     let form = Form::new().text("title", "Holidays");
    ///     let content_type = format!("multipart/form-data; boundary={}", form.boundary());
    ///     request.headers_mut().insert(CONTENT_TYPE, content_type.parse()?);
    ///     *request.body_mut() = Some(Body::wrap_stream(form.into_stream()));
    ///     Ok(())
    /// });
    /// client.post("photos").replayable(form).send().await?;
    /// ```
    #[doc(alias = "multipart")]
    pub fn replayable(self, body: ReplayableBody) -> Self {
        let now = body.clone();
        self.change(|request| {
            let restored = now.restore(request);
            restored.map_err(|error| ApiError::with_source(ErrorKind::Builder, error))
        })
        .extension(body)
    }
}

pub(super) fn set_body(request: &mut reqwest::Request, body: Body, content_type: &'static str) {
    *request.body_mut() = Some(body);
    let headers = request.headers_mut();
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static(content_type));
}
