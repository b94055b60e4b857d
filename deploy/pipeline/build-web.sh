#!/bin/sh
# Builds the shop into web/dist.
set -eu
. "$(dirname "$0")/settings.sh"

npm run build --workspace web
test -s web/dist/index.html
