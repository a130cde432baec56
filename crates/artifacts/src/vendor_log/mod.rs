//! The login logs that encrypting USB sticks keep themselves.
