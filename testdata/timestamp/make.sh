#!/bin/sh
# The timestamps are made together with the messages that they belong to.
exec "$(dirname "$0")/../cms/make.sh"
