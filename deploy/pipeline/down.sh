#!/bin/sh
# Removes what this run made in the engine: containers, networks, volumes, and its own images. Does nothing where there is nothing.
set -eu
. "$(dirname "$0")/settings.sh"

docker compose down --volumes --remove-orphans --timeout 30
images=$(docker image ls --quiet --filter "reference=payment-backend-*:$IMAGE_TAG")
if [ -n "$images" ]; then
  # shellcheck disable=SC2086 # One word for each image.
  docker image rm --force $images
fi
