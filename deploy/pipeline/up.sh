#!/bin/sh
# Starts the whole system in containers from the images of this run, and waits until it is healthy.
set -eu
. "$(dirname "$0")/settings.sh"

docker compose up --detach --no-build --wait --wait-timeout 300
echo "API  http://$(address_of api 8080)"
echo "shop http://$(address_of web 8080)"
