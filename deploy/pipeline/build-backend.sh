#!/bin/sh
# Packages the functions as they are deployed; without credentials.
set -eu
. "$(dirname "$0")/settings.sh"

npm run package
