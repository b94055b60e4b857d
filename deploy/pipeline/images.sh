#!/bin/sh
# Builds the images of the API and the shop under the tag of this run.
set -eu
. "$(dirname "$0")/settings.sh"

docker compose build
