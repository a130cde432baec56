//! Tests on small logs that are built here, and on damaged ones.
