#!/bin/sh
# Writes what the containers of this run said, and how they are, into the reports. There may be none.
set -eu
. "$(dirname "$0")/settings.sh"

mkdir -p "$REPORTS_FOLDER/containers"
docker compose ps --all > "$REPORTS_FOLDER/containers/ps.txt"
for service in $(docker compose ps --all --services); do
  docker compose logs --no-color --timestamps "$service" > "$REPORTS_FOLDER/containers/$service.log" 2>&1
done
