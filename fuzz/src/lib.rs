//! What the fuzz targets share: how an input stands for an image, and bounded work on a reader as
//! a user of the library would do it.

pub mod checksums;
pub mod image;
pub mod work;
