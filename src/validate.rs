//! JSON bytes against a schema: every issue, each with its path.
