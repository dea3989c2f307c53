//! Empty: the tests are those of the official client.
