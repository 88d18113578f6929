//go:build tools

// Package natscli pins the nats command that the live tests run, with the checksums of all it is built from.
package natscli

import _ "github.com/nats-io/natscli/nats"
