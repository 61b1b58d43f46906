//! Sign-in for programs with a user: by a browser on the same machine, or by one elsewhere.

mod authorization_code;
mod authorization_request;
mod device_answer;
mod device_authorization;
mod device_code;
mod loopback;
mod pace;
mod pkce;
mod redirect_listener;
mod sign_in_error;

pub use authorization_code::AuthorizationCode;
pub use device_authorization::DeviceAuthorization;
pub use device_code::DeviceCode;
pub use loopback::Loopback;
pub use redirect_listener::RedirectListener;
pub use sign_in_error::SignInError;
