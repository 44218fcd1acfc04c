//! The demo district (演示区): real divisions, made-up people.

mod codes;
mod dice;
mod person;
mod plan;
mod words;
